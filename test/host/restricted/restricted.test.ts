import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, putFile } from '../support/extension.ts';
import { waitForNotification } from '../support/notifications.ts';
import { ui } from '../support/ui.ts';

describe('in a folder that is not trusted', () => {
  it('VS Code is in Restricted Mode', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await ui.waitFor('text=Restricted Mode');
    await ui.screenshot('restricted');
  });
});

describe('the extension there', () => {
  it('offers to trust the folder where it would offer to run', async () => {
    await activateExtension();
    const document = await putFile('untrusted.md', '```python\n1\n```\n');
    await vscode.workspace.openTextDocument(document);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document,
      100,
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.command),
      ['workbench.trust.manage'],
    );
  });

  it('runs nothing, and says why', async () => {
    const api = await activateExtension();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const document = vscode.Uri.joinPath(folder, 'untrusted.py');
    await vscode.workspace.fs.writeFile(document, Buffer.from("open('/mnt/data/x', 'w').write('x')\n"));
    void vscode.commands.executeCommand('codeInterpreter.runFile', document);
    await waitForNotification('trusted folder', 20);
    await assert.rejects(api.run({ chat_id: 'c', message_id: 'm', code: '1' }), { code: 'usage.invalid' });
    assert.deepEqual(await api.listMessageFiles('c', 'm'), []);
  });
});
