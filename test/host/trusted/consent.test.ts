// What a downloaded chat gets from this machine: nothing unasked.
import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { activateExtension, eventually, putFile } from '../support/extension.ts';
import { answerNotification } from '../support/notifications.ts';

describe('a chat that links a file from outside of its folder', function () {
  this.timeout(120_000);

  let api: CodeInterpreterApi;
  let secret: string;

  before(async () => {
    api = await activateExtension();
    secret = join(await mkdtemp(join(tmpdir(), 'code-interpreter-outside-')), 'secret.txt');
    await writeFile(secret, 'private');
  });

  /** Runs the chat's code, with this answer about the file; resolves with what the code found. */
  const foundAfter = async (chat: string, answer: string): Promise<string> => {
    const text = [
      `<!-- chat: ${chat} -->`,
      '',
      `# ${chat}`,
      '',
      '## User',
      `<!-- message: ${chat}-message -->`,
      '',
      `Look at [this](${secret}).`,
      '',
      '## Assistant',
      '',
      '```python',
      'import os',
      "open('/mnt/data/found.txt', 'w').write(str(os.path.exists('/mnt/data/secret.txt')))",
      '```',
      '',
    ].join('\n');
    const document = await putFile(`${chat}.chat.md`, text);
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const line = text.split('\n').indexOf('import os');
    editor.selection = new vscode.Selection(line, 0, line, 0);
    const running = vscode.commands.executeCommand('codeInterpreter.runBlock');
    await answerNotification('Run code from the chat', 'Run');
    await answerNotification('secret.txt', answer);
    await running;
    return eventually('the file', async () => {
      const { messages } = await api.listChatFiles(chat);
      const [file] = Object.values(messages).flat();
      return file && Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.parse(file.url))).toString();
    });
  };

  it('does not get it when the user refuses, and runs all the same', async () => {
    assert.equal(await foundAfter('refused', 'Run Without'), 'False');
  });

  it('gets it when the user agrees', async () => {
    assert.equal(await foundAfter('agreed', 'Attach'), 'True');
  });
});
