// Errors lead back to the editor: the line, and the file that was not found.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, eventually, putFile } from '../support/extension.ts';
import { answerNotification } from '../support/notifications.ts';
import { ui } from '../support/ui.ts';

const cursor = (): string => {
  const editor = vscode.window.activeTextEditor;
  const { line, character } = editor?.selection.active ?? { line: -1, character: -1 };
  return `${editor?.document.uri.path.split('/').at(-1) ?? ''} ${line} ${character}`;
};

const cursorIsAt = (place: string): Promise<true> =>
  eventually(`the cursor at ${place}`, () => Promise.resolve(cursor() === place ? true : undefined));

/** Opens a line of the traceback in the record beside the editor. */
const followLink = async (text: string): Promise<void> => {
  await eventually(`the link ${text}`, async () =>
    ui.clickInFrames(`a:text-is("${text}")`).then(
      () => true as const,
      () => undefined,
    ),
  );
};

describe('an error', function () {
  this.timeout(180_000);

  before(activateExtension);
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('of an indented selection leads to its line and column in the editor', async () => {
    const document = await putFile('it is ü.py', 'def f():\n    a = 1\n    b = a / 0\n');
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    editor.selection = new vscode.Selection(1, 4, 2, 13);
    await vscode.commands.executeCommand('codeInterpreter.runSelection');
    await followLink('it is ü.py, line 3');
    await cursorIsAt('it is ü.py 2 8');
    await ui.screenshot('error-link');
  });

  it('of a block in a list leads to its line and column in the Markdown file', async () => {
    const document = await putFile('blocks.md', '# A\n\n- one\n\n  ```python\n  a = 1\n  b = a / 0\n  ```\n');
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('codeInterpreter.runBlock', document, 5);
    await answerNotification('division by zero', 'Go to Line');
    await cursorIsAt('blocks.md 6 6');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('codeInterpreter.runBlock', document, 5);
    await followLink('blocks.md, line 7');
    await cursorIsAt('blocks.md 6 6');
  });

  it('about a file that lies beside the edited one offers to attach it, and runs again', async () => {
    const api = await activateExtension();
    await putFile('neighbour.csv', 'a,b\n1,2\n');
    const document = await putFile(
      'neighbour.py',
      "try:\n    text = open('neighbour.csv').read()\nexcept OSError as error:\n    raise RuntimeError('no input') from error\nopen('/mnt/data/copy.csv', 'w').write(text)\n",
    );
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('codeInterpreter.runFile');
    await answerNotification('no input', 'Attach and Run Again');
    const files = await eventually('the second run', async () => {
      const found = await api.listMessageFiles(document.fsPath, 'neighbour.py');
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(
      files.map(({ name }) => name),
      ['copy.csv'],
    );
  });
});
