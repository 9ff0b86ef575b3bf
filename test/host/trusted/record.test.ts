// The record of a run: a notebook beside the editor, live, with its buttons.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activateExtension, eventually, putFile, workspaceFolder } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

interface Notebook {
  readonly nbformat: number;
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: readonly string[];
    readonly outputs?: unknown;
  }[];
}

const shows = (text: string): Promise<true> =>
  eventually(`"${text}" in the record`, async () =>
    (await ui.countInFrames(`.output:has-text("${text}"), .markup:has-text("${text}")`)) > 0 ? true : undefined,
  );

const button = (title: string): string => `.notebook-toolbar-container :text("${title}"):visible`;

describe('the record of a run', function () {
  this.timeout(180_000);

  before(async () => {
    await activateExtension();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    // Room for the toolbar.
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const code = [
    'import os, time, pathlib',
    "print('go' + 'ing on', flush=True)",
    "while not os.path.exists('/mnt/data/again'):",
    "    pathlib.Path('/mnt/data/again').touch()",
    '    while True:',
    '        time.sleep(0.1)',
    "print('at the ' + 'end')",
  ].join('\n');
  let document: vscode.Uri;
  let record: vscode.Uri;

  it('shows what is printed while it runs, and is stopped by its button', async () => {
    document = await putFile('recorded.py', code);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const running = vscode.commands.executeCommand<{ status: string }>('codeInterpreter.runFile');
    await shows('going on');
    await shows('Running…');
    await ui.click(button('Stop'));
    await running;
    await shows('Stopped in');
    await ui.waitFor(button('Stop'), { state: 'hidden' });
    const uri = vscode.window.visibleNotebookEditors
      .map(({ notebook }) => notebook.uri)
      .find(({ path }) => path.endsWith('recorded.py.ipynb'));
    assert.ok(uri);
    record = uri;
  });

  it('runs the last code again by its button, in its document', async () => {
    await ui.click(button('Run Again'));
    await shows('at the end');
    await shows('Done in');
  });

  it('is saved as a notebook of all its runs, with files and receipts and without links into this VS Code', async () => {
    const target = vscode.Uri.file(join(workspaceFolder(), 'saved.ipynb'));
    await ui.waitFor(button('Save as Notebook'));
    await vscode.commands.executeCommand('codeInterpreter.saveRecord', record, target);
    const text = await readFile(target.fsPath, 'utf8');
    const { nbformat, cells } = JSON.parse(text) as Notebook;
    assert.equal(nbformat, 4);
    assert.deepEqual(
      cells.map(({ cell_type }) => cell_type),
      ['code', 'markdown', 'code', 'markdown'],
    );
    assert.equal(cells[0]?.source.join(''), code);
    assert.match(cells[1]?.source.join('') ?? '', /again created/);
    assert.doesNotMatch(text, /code-interpreter:|<a href/);
    await ui.screenshot('record');
  });

  it('says what was left out of long output, and what was not kept', async () => {
    const long = await putFile(
      'long.py',
      "import os\nprint(('y' * 99 + '\\n') * 5_000)\nos.symlink('/etc/passwd', '/mnt/data/link')\n",
    );
    await vscode.window.showTextDocument(long, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('codeInterpreter.runFile');
    await shows('link was not kept');
    const uri = vscode.window.visibleNotebookEditors
      .map(({ notebook }) => notebook.uri)
      .find(({ path }) => path.endsWith('long.py.ipynb'));
    assert.ok(uri);
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
    assert.match(text, /characters are left out here/);
    assert.ok(text.length < 200_000, `${text.length} characters`);
  });
});
