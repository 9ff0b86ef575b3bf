// The status bar and its menu.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, eventually, putFile } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

const item = '.statusbar-item[id="code-interpreter.code-interpreter.codeInterpreter.status"]';

const says = (text: RegExp): Promise<true> =>
  eventually(`${String(text)} in the status bar`, async () =>
    (await ui.texts(item)).some((shown) => text.test(shown)) ? true : undefined,
  );

/** The icon tells the state to eyes, the label to a screen reader. */
const hasIcon = (icon: string): Promise<unknown> => ui.waitFor(`${item} .codicon-${icon}`, { seconds: 30 });

const choose = async (entry: string): Promise<void> => {
  await ui.click(`${item} a`);
  await ui.click(`.quick-input-widget .monaco-list-row:has-text("${entry}")`);
};

interface Outcome {
  readonly status: string;
  readonly error: { readonly name: string } | null;
}

describe('the status bar', function () {
  this.timeout(180_000);

  before(activateExtension);
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('tells that a run goes on and for how long, stops it from its menu, and is idle again', async () => {
    const document = await putFile('busy.py', 'import time\nwhile True:\n    time.sleep(0.1)\n');
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const endless = vscode.commands.executeCommand<Outcome>('codeInterpreter.runFile');
    await says(/[12] s · local gateway · busy\.py/);
    await hasIcon('sync');
    await choose('Stop all runs');
    await endless;
    await hasIcon('server-process');
  });

  it('tells that the kernel was lost, until the next run', async () => {
    const document = await putFile('lost.py', 'import os\nos._exit(1)\nprint("well")\n');
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('codeInterpreter.runFile');
    await hasIcon('error');
    assert.match((await ui.attribute(`${item} a`, 'aria-label')) ?? '', /the kernel died/);
    await ui.screenshot('status-lost');
    editor.selection = new vscode.Selection(2, 0, 2, 0);
    await vscode.commands.executeCommand('codeInterpreter.runSelection');
    await hasIcon('server-process');
  });

  it('restarts the kernel of the message from its menu: variables go, files stay', async () => {
    const document = await putFile(
      'restarted.py',
      "x = 1\nopen('/mnt/data/kept', 'w').close()\nopen('/mnt/data/kept')\nx\n",
    );
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const runLine = (line: number): Thenable<Outcome> => {
      editor.selection = new vscode.Selection(line, 0, line, 0);
      return vscode.commands.executeCommand<Outcome>('codeInterpreter.runSelection');
    };
    for (const line of [0, 1, 3]) {
      assert.equal((await runLine(line)).status, 'ok');
    }
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await choose('Restart kernel');
    await ui.waitFor('.statusbar-item:has-text("has a new kernel")');
    assert.equal((await runLine(2)).status, 'ok');
    assert.equal((await runLine(3)).error?.name, 'NameError');
  });
});
