// Two windows of one VS Code on one data folder: each has an extension host of its own.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { activateExtension, eventually, putFile, workspaceFolder } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

describe('two windows', function () {
  this.timeout(180_000);

  let api: CodeInterpreterApi;
  let window: number;

  before(async () => {
    api = await activateExtension();
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    window = await ui.openWindow(workspaceFolder());
    await ui.click('.activitybar .action-label[aria-label^="Code Interpreter"]', { window });
  });

  after(async () => {
    await ui.closeWindow(window);
  });

  const namesOf = async (document: vscode.Uri, message: string): Promise<readonly string[]> => {
    const files = await api.listMessageFiles(document.fsPath, message);
    return files.map(({ name }) => name).sort();
  };

  /** Runs a file of the folder in the other window, as a user does it. */
  const runThere = async (name: string): Promise<void> => {
    await ui.key('Control+P', { window });
    await ui.waitFor('.quick-input-widget input', { window });
    await ui.type(name, { window });
    await ui.waitFor(`.quick-input-widget .monaco-list-row:has-text("${name}")`, { window });
    await ui.key('Enter', { window });
    await ui.waitFor(`.tab.active[aria-label^="${name}"]`, { window });
    await ui.key('F1', { window });
    await ui.type('Code Interpreter: Run File', { window });
    await ui.waitFor('.quick-input-widget .monaco-list-row.focused:has-text("Run File")', { window });
    await ui.key('Enter', { window });
  };

  it('a run in one shows in the tree of the other', async () => {
    const document = await putFile('here.py', "open('/mnt/data/made-here.txt', 'w').write('1')\n");
    await vscode.commands.executeCommand('codeInterpreter.runFile', document);
    await ui.waitFor('.monaco-list-row[aria-label*="made-here.txt"]', { window, seconds: 30 });
    await ui.screenshot('second-window', { window });
  });

  it('the same message run from both: the second says whom it waits for, goes on with the variables, and nothing is lost', async () => {
    const document = await putFile(
      'both.py',
      [
        'import os, time',
        "if 'earlier' not in dir():",
        "    earlier = 'value'",
        "    open('/mnt/data/first.txt', 'w').write('1')",
        "    while not os.path.exists('/mnt/data/go.txt'): time.sleep(0.05)",
        'else:',
        "    open('/mnt/data/second.txt', 'w').write(earlier)",
        '',
      ].join('\n'),
    );
    const running = vscode.commands.executeCommand('codeInterpreter.runFile', document);
    const folder = join(process.env['CODE_INTERPRETER_DATA_DIR'] ?? '', 'uploads', 'both.py');
    await eventually('the run here', async () => {
      const uri = vscode.Uri.file(join(folder, 'first.txt'));
      return vscode.workspace.fs.stat(uri).then(
        () => true,
        () => undefined,
      );
    });
    await runThere('both.py');
    await ui.waitFor('.statusbar-item:has-text("Waiting for VS Code")', { window, seconds: 30 });
    await writeFile(join(folder, 'go.txt'), '');
    await running;
    const names = await eventually('the run there', async () => {
      const found = await namesOf(document, 'both.py');
      return found.includes('second.txt') ? found : undefined;
    });
    assert.deepEqual(
      names.filter((name) => name !== 'go.txt'),
      ['first.txt', 'second.txt'],
    );
    await ui.waitFor('.monaco-list-row[aria-label*="second.txt"]', { seconds: 30 });
  });
});
