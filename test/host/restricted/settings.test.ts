// What a folder's own settings can't do.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually, putFile, workspaceFolder } from '../support/extension.ts';

describe("the folder's settings", () => {
  it('set no gateway, program, code or folder', async () => {
    await mkdir(join(workspaceFolder(), '.vscode'), { recursive: true });
    const theirs = {
      'gateway.url': 'http://attacker.example/',
      'gateway.certificateAuthority': '/tmp/attacker.pem',
      'embedded.python': '/tmp/attacker',
      kernelPython: '/tmp/attacker',
      dataDir: '/tmp/attacker',
      kernelDataDir: '/tmp/attacker',
      'kernel.name': 'attacker',
      initCode: 'import attacker',
      grounding: 'untranslated',
      reach: 'channel',
      hideHome: false,
      'trash.days': 1,
      'cleanup.days': 1,
    };
    const named = Object.entries(theirs).map(([name, value]) => [`codeInterpreter.${name}`, value]);
    const settings = JSON.stringify({ 'editor.tabSize': 7, ...Object.fromEntries(named) });
    await putFile(join('.vscode', 'settings.json'), settings);
    await eventually('the file is read', () =>
      Promise.resolve(vscode.workspace.getConfiguration('editor').get('tabSize') === 7 ? true : undefined),
    );
    const configuration = vscode.workspace.getConfiguration('codeInterpreter');
    for (const [name, value] of Object.entries(theirs)) {
      assert.notEqual(configuration.get(name), value, name);
      assert.equal(configuration.get(name), configuration.inspect(name)?.defaultValue, name);
    }
  });
});
