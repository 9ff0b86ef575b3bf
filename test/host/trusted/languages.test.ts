// Blocks of other languages than Python's, on a gateway that has Python only.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, putFile } from '../support/extension.ts';
import { waitForNotification } from '../support/notifications.ts';

const fence = '```';
const text = [
  `${fence}bash\necho "from bash" > /mnt/data/shell.txt\n${fence}`,
  `${fence}rust\nfn main() {}\n${fence}`,
  `${fence}mermaid\ngraph TD\n${fence}`,
  `${fence}\nno language\n${fence}`,
].join('\n\n');

describe('a block of another language', function () {
  this.timeout(120_000);

  let document: vscode.Uri;
  const runAt = (words: string): Thenable<unknown> => {
    const line = text.split('\n').findIndex((each) => each.includes(words));
    return vscode.commands.executeCommand('codeInterpreter.runBlock', document, line);
  };

  before(async () => {
    await activateExtension();
    document = await putFile('languages.md', text);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
  });
  afterEach(() => vscode.commands.executeCommand('notifications.clearAll'));
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('runs where it is Bash, and has a lens', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document,
      100,
    );
    const lines = lenses
      .filter(({ command }) => command?.command === 'codeInterpreter.runBlock')
      .map(({ range }) => range.start.line);
    assert.deepEqual(lines, [0]);
    await runAt('from bash');
    const api = await activateExtension();
    const files = await api.listMessageFiles(document.fsPath, 'languages.md');
    assert.deepEqual(
      files.map(({ name }) => name),
      ['shell.txt'],
    );
  });

  it('that no kernel of the gateway runs is said with those that it runs', async () => {
    void runAt('fn main');
    await waitForNotification('No kernel of this gateway runs rust; it runs: python');
  });

  it('that no kernel at all is known for, or that has no name, is said too', async () => {
    void runAt('graph TD');
    await waitForNotification('No kernel is known for "mermaid"');
    void runAt('no language');
    await waitForNotification('This block does not name its language');
  });
});
