import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { activateExtension, eventually, putFile, putSample } from '../support/extension.ts';
import { answerNotification } from '../support/notifications.ts';
import { ui } from '../support/ui.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('running code on the embedded gateway', function () {
  this.timeout(180_000);

  let api: CodeInterpreterApi;

  before(async () => {
    api = await activateExtension();
  });

  const filesOf = (document: vscode.Uri, message: string): ReturnType<CodeInterpreterApi['listMessageFiles']> =>
    api.listMessageFiles(document.fsPath, message);

  /** The first lens of a document that runs a command; VS Code draws lenses when it finds the time. */
  const lensOf = async (document: vscode.Uri, command: string): Promise<vscode.Command | undefined> => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document,
      100,
    );
    return lenses.map((lens) => lens.command).find((found) => found?.command === command);
  };

  it('runs a file from the palette and keeps its files', async () => {
    const document = await putFile(
      'palette.py',
      "open('/mnt/data/palette.txt', 'w').write('from the palette')\nprint('hello')\n",
    );
    await vscode.window.showTextDocument(document);
    await ui.key('F1');
    await ui.type('Code Interpreter: Run File');
    await ui.key('Enter');
    const files = await eventually(
      'the run',
      async () => {
        const found = await filesOf(document, 'palette.py');
        return found.length > 0 ? found : undefined;
      },
      120,
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      ['palette.txt'],
    );
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await ui.screenshot(`failed ${this.currentTest.title.replaceAll(/\W+/g, '-').slice(0, 40)}`);
    }
  });

  it('asks before code of a chat file runs, then runs its block from the code lens with the attachment', async () => {
    await putSample('sales-2025.xlsx');
    const document = await putSample('sales.chat.md');
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    const run = await eventually('the code lens', () => lensOf(document, 'codeInterpreter.runBlock'));
    const lensArguments: unknown[] = run.arguments ?? [];
    void vscode.commands.executeCommand(run.command, ...lensArguments);
    await answerNotification('Run code from the chat', 'Run');
    const files = await eventually(
      'the run of the sample',
      async () => {
        const { messages } = await api.listChatFiles('sales-2025');
        const found = messages['sales-2025-summary'] ?? [];
        return found.length >= 5 ? found : undefined;
      },
      120,
    );
    const names = files.map(({ name }) => name).sort();
    assert.deepEqual(names, [
      'figure-1.png',
      'monthly-2025.csv',
      'summary-2025.xlsx',
      'targets-2025.pdf',
      'targets-2025.png',
    ]);
    const output = await eventually('the result in the lens', () => lensOf(document, 'codeInterpreter.showOutput'));
    assert.match(output.title, /5 files/);
  });

  it('shows the files in the tree and the run as a notebook beside the editor', async () => {
    await ui.waitFor('.pane-body .monaco-list-row[aria-label*="summary-2025.xlsx"]');
    await eventually('the output', async () => {
      const texts = await ui.frameTexts();
      return texts.some((text) => text.includes('Together')) ? true : undefined;
    });
    const text = await vscode.workspace.fs.readFile(
      vscode.window.visibleNotebookEditors[0]?.notebook.uri ?? vscode.Uri.parse('none:'),
    );
    const notebook = JSON.parse(Buffer.from(text).toString()) as { nbformat: number; cells: unknown[] };
    assert.equal(notebook.nbformat, 4);
    assert.ok(notebook.cells.length >= 2);
    await ui.screenshot('run');
  });

  it('downloads the bytes that were kept', async () => {
    const files = await api.listMessageFiles('sales-2025', 'sales-2025-summary');
    const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-download-'));
    const written = await api.download(
      files.map(({ id }) => id),
      vscode.Uri.file(folder),
    );
    assert.equal(written.length, files.length);
    for (const [index, file] of files.entries()) {
      const { sha256: kept } = await api.getFile(file.id);
      assert.equal(sha256(await readFile(join(folder, file.name))), kept);
      assert.equal(written[index]?.fsPath, join(folder, file.name));
    }
  });

  it('opens a kept file under its own name through the code-interpreter scheme', async () => {
    const [csv] = (await api.listMessageFiles('sales-2025', 'sales-2025-summary')).filter(({ name }) =>
      name.endsWith('.csv'),
    );
    assert.ok(csv);
    const opened = await vscode.workspace.openTextDocument(vscode.Uri.parse(csv.url));
    assert.equal(opened.fileName.endsWith(csv.name), true);
    const { sha256: kept } = await api.getFile(csv.id);
    assert.equal(sha256(await vscode.workspace.fs.readFile(opened.uri)), kept);
  });

  it('runs a selection from the context menu, with the lines of the editor in errors', async () => {
    const document = await putFile('menu.py', '# one\n# two\nif True:\n    value = 1\n    value / 0\n');
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    const hasBegun = (): Promise<true | undefined> =>
      Promise.resolve(
        vscode.window.visibleNotebookEditors.some(({ notebook }) => notebook.uri.path.endsWith('menu.py.ipynb'))
          ? true
          : undefined,
      );
    // A menu takes no click in its first moments, and tells nobody when it does: what was not taken is tried again.
    const chooseRunSelection = async (): Promise<void> => {
      editor.selection = new vscode.Selection(3, 0, 4, 13);
      await ui.click('.editor-group-container.active .view-line:has-text("value / 0")', { button: 'right' });
      await ui.hover('.context-view .action-label:has-text("Code Interpreter")');
      await ui.waitFor('.context-view .action-label:has-text("Run Selection")');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await ui.click('.context-view .action-label:has-text("Run Selection")');
      await eventually('the run', hasBegun, 8);
    };
    for (let attempt = 0; attempt < 4 && (await hasBegun()) === undefined; attempt++) {
      await chooseRunSelection().catch(() => ui.key('Escape'));
    }
    assert.equal(await hasBegun(), true);
    await answerNotification('ZeroDivisionError', 'Go to Line');
    await eventually('the cursor on the line', () =>
      Promise.resolve(vscode.window.activeTextEditor?.selection.active.line === 4 ? true : undefined),
    );
  });

  it('stops what runs, and keeps what it had written', async () => {
    const document = await putFile(
      'endless.py',
      "import time\nopen('/mnt/data/partial.txt', 'w').write('so far')\nprint('go' + 'ing on', flush=True)\nwhile True:\n    time.sleep(0.1)\n",
    );
    const running = vscode.commands.executeCommand('codeInterpreter.runFile', document);
    await eventually('the output', async () => {
      const texts = await ui.frameTexts();
      return texts.some((text) => text.includes('going on')) ? true : undefined;
    });
    await vscode.commands.executeCommand('codeInterpreter.stop');
    await running;
    const files = await filesOf(document, 'endless.py');
    assert.deepEqual(
      files.map(({ name }) => name),
      ['partial.txt'],
    );
  });

  it('attaches what is dropped on a message', async () => {
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    const isThere = '.monaco-list-row[aria-label*="dropped.csv"]';
    // The tree may be drawn anew while the file is in the air; nothing is taken then, and the drop is tried again.
    const drop = async (): Promise<void> => {
      await ui.dropFiles('.monaco-list-row[aria-level="2"]', [
        { name: 'dropped.csv', content: Buffer.from('a,b\n1,2\n') },
      ]);
      await ui.waitFor(isThere, { seconds: 15 });
    };
    await drop().catch(drop);
    await ui.waitFor(isThere, { seconds: 1 });
  });

  it('finds itself well', async () => {
    const checks = await vscode.commands.executeCommand<{ name: string; good: boolean }[]>('codeInterpreter.doctor');
    assert.deepEqual(
      checks.filter(({ good }) => !good),
      [],
    );
    assert.equal(checks.length, 4);
    await ui.screenshot('doctor');
  });
});
