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

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await ui.screenshot('failed-second-window', { window });
    }
  });

  after(async () => {
    await ui.closeWindow(window);
  });

  const namesOf = async (document: vscode.Uri, message: string): Promise<readonly string[]> => {
    const files = await api.listMessageFiles(document.fsPath, message);
    return files.map(({ name }) => name).sort();
  };

  /** Opens a file of the folder in the other window; a window that is still busy with itself closes what is asked too early. */
  const openThere = async (name: string): Promise<void> => {
    await ui.key('Escape', { window });
    await ui.key('Control+P', { window });
    await ui.waitFor('.quick-input-widget input', { window });
    await ui.type(name, { window });
    await ui.waitFor(`.quick-input-widget .monaco-list-row:has-text("${name}")`, { window, seconds: 5 });
    await ui.key('Enter', { window });
    await ui.waitFor(`.tab.active[aria-label^="${name}"]`, { window, seconds: 5 });
  };

  const chooseThere = async (command: string): Promise<void> => {
    await ui.key('Escape', { window });
    await ui.key('F1', { window });
    await ui.waitFor('.quick-input-widget input', { window });
    await ui.type(`Code Interpreter: ${command}`, { window });
    const row = `.quick-input-widget .monaco-list-row.focused:has-text("${command}")`;
    await ui.waitFor(row, { window, seconds: 5 });
    await ui.key('Enter', { window });
  };

  /** Carries out a command on a file of the folder in the other window, as a user does it. */
  const doThere = async (name: string, command: string): Promise<void> => {
    await openThere(name).catch(() => openThere(name));
    await chooseThere(command).catch(() => chooseThere(command));
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
    await doThere('both.py', 'Run File');
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

  it('a window that is reloaded in mid-run goes on with the run, and keeps what it makes', async () => {
    const document = await putFile(
      'reloaded.py',
      [
        'import os, time',
        "open('/mnt/data/early.txt', 'w').write('1')",
        "print('be' + 'gun', flush=True)",
        "while not os.path.exists('/mnt/data/go.txt'): time.sleep(0.05)",
        "print('ended', 'well')",
        "open('/mnt/data/late.txt', 'w').write('2')",
        '',
      ].join('\n'),
    );
    await doThere('reloaded.py', 'Run File');
    const hasText = (text: string) => async (): Promise<true | undefined> =>
      (await ui.frameTexts({ window })).some((shown) => shown.includes(text)) ? true : undefined;
    await eventually('the output there', hasText('begun'));
    await ui.reloadWindow(window);
    await doThere('reloaded.py', 'Show Output');
    await eventually('the output there again', hasText('begun'));
    await writeFile(join(process.env['CODE_INTERPRETER_DATA_DIR'] ?? '', 'uploads', 'reloaded.py', 'go.txt'), '');
    await eventually('the rest of the output', hasText('ended well'));
    const names = await eventually('the files', async () => {
      const found = await namesOf(document, 'reloaded.py');
      return found.includes('late.txt') ? found : undefined;
    });
    assert.ok(names.includes('early.txt'), names.join());
    await ui.screenshot('after-reload', { window });
  });
});
