import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';

describe('the extension in VS Code', () => {
  const theExtension = (): vscode.Extension<{ version: number }> => {
    const extension = vscode.extensions.getExtension<{ version: number }>('code-interpreter.code-interpreter');
    assert.ok(extension, 'VS Code knows the extension');
    return extension;
  };

  it('activates and returns its API', async () => {
    const extension = theExtension();
    const api = await extension.activate();
    assert.equal(extension.isActive, true);
    assert.equal(api.version, 1);
  });

  it('loads no engine to activate, and what it loads is small', async () => {
    const dist = join(theExtension().extensionPath, 'dist');
    const loaded = Object.keys(require.cache).filter((path) => path.startsWith(dist));
    assert.deepEqual(loaded, [join(dist, 'extension.cjs')]);
    const { size } = await stat(join(dist, 'extension.cjs'));
    assert.ok(size < 150 * 1024, `${size} bytes`);
  });
});
