import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension in VS Code', () => {
  it('activates and returns its API', async () => {
    const extension = vscode.extensions.getExtension<{ version: number }>('code-interpreter.code-interpreter');
    assert.ok(extension, 'VS Code knows the extension');
    const api = await extension.activate();
    assert.equal(extension.isActive, true);
    assert.equal(api.version, 1);
  });
});
