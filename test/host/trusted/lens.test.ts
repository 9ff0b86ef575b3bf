import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, eventually, putFile } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

const lensesOf = async (document: vscode.Uri): Promise<vscode.CodeLens[]> =>
  vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document, 100);

/** The command of the lens above a line. */
const lensAt = async (document: vscode.Uri, line: number, command: string): Promise<vscode.Command | undefined> =>
  (await lensesOf(document)).find((lens) => lens.range.start.line === line && lens.command?.command === command)
    ?.command;

const execute = (command: vscode.Command): Thenable<unknown> =>
  vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));

const insertAtTop = async (document: vscode.Uri, text: string): Promise<void> => {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document, new vscode.Position(0, 0), text);
  assert.equal(await vscode.workspace.applyEdit(edit), true);
};

const block = (code: string): string => `\`\`\`python\n${code}\n\`\`\`\n`;

describe('the code lens of a block', function () {
  this.timeout(180_000);

  it('runs its block, and shows its result, also after edits above it', async () => {
    const api = await activateExtension();
    const write = (name: string): string => `open('/mnt/data/${name}', 'w').write('x')`;
    const document = await putFile('edited.md', `${block(write('first.txt'))}\n${block(write('second.txt'))}`);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const run = await lensAt(document, 4, 'codeInterpreter.runBlock');
    assert.ok(run);
    await insertAtTop(document, 'a\nb\nc\n');
    await execute(run);
    const files = await api.listMessageFiles(document.fsPath, 'edited.md');
    assert.deepEqual(
      files.map(({ name }) => name),
      ['second.txt'],
    );
    assert.ok(await lensAt(document, 7, 'codeInterpreter.showOutput'));
    await insertAtTop(document, 'd\n');
    assert.ok(await lensAt(document, 8, 'codeInterpreter.showOutput'));
    assert.equal(await lensAt(document, 4, 'codeInterpreter.showOutput'), undefined);
  });

  it('stops its run, also after edits above it', async () => {
    const document = await putFile(
      'stopped.md',
      block('import time\nprint("under" + " way", flush=True)\nwhile True:\n    time.sleep(0.1)'),
    );
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const run = await lensAt(document, 0, 'codeInterpreter.runBlock');
    assert.ok(run);
    const running = execute(run) as Promise<{ status: string } | undefined>;
    const stop = await eventually('the stop lens', () => lensAt(document, 0, 'codeInterpreter.stop'));
    await insertAtTop(document, 'one more line\n');
    await eventually('its output', async () =>
      (await ui.frameTexts()).some((text) => text.includes('under way')) ? true : undefined,
    );
    await execute(stop);
    assert.equal((await running)?.status, 'interrupted');
    assert.equal(await lensAt(document, 1, 'codeInterpreter.stop'), undefined);
  });
});

describe('the message that runs belong to', () => {
  before(activateExtension);

  it('is in the status bar, and changes with a new message', async () => {
    const document = await putFile('belongs.py', "print('x')\n");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await ui.waitFor('.statusbar-item:has-text("local gateway · belongs.py")');
    await vscode.commands.executeCommand('codeInterpreter.newMessage');
    await ui.waitFor('.statusbar-item:has-text("local gateway · belongs.py-2")');
  });
});
