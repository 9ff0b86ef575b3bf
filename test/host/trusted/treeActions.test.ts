// What a user does with the files of the tree: by keyboard, by dragging, by the palette.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { activateExtension, eventually, putFile } from '../support/extension.ts';
import { waitForNotification } from '../support/notifications.ts';
import { openOtherProcess, type OtherProcess } from '../support/otherProcess.ts';
import { ui } from '../support/ui.ts';

const row = (text: string): string => `.pane-body .monaco-list-row[aria-label*="${text}"]`;

describe('with the files of the tree', function () {
  this.timeout(60_000);

  let api: CodeInterpreterApi;
  let other: OtherProcess;
  let from: Workspace;
  let to: Workspace;

  before(async () => {
    api = await activateExtension();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    other = await openOtherProcess();
    from = other.message('actions', 'from', 'The one with files');
    to = other.message('actions', 'to', 'The other one');
    await other.run(from, 'alpha.txt', 'alpha');
    await other.run(from, 'beta.txt', 'beta');
    await ui.waitFor(row('beta.txt'));
  });
  after(() => {
    other[Symbol.dispose]();
  });

  const attached = (workspace: Workspace): string[] =>
    other.registry.listAttachments(workspace).map(({ record }) => record.relativePath);
  const isAttached = (workspace: Workspace, name: string): Promise<true> =>
    eventually(`${name} attached`, () => Promise.resolve(attached(workspace).includes(name) ? true : undefined), 10);
  const again = async (work: () => Promise<unknown>): Promise<void> => {
    // The tree may be drawn anew while something is in the air; nothing is taken then.
    await work().catch(work);
  };

  it('one is dragged to another message, which attaches it', async () => {
    await again(async () => {
      await ui.drag(row('alpha.txt, 5 B'), row('The other one'));
      await isAttached(to, 'alpha.txt');
    });
    assert.deepEqual(attached(to), ['alpha.txt']);
    await ui.waitFor(row('alpha.txt, attached'));
  });

  it('one is dragged into the editor, which shows it', async () => {
    await again(async () => {
      await ui.drag(row('beta.txt, 4 B'), '.part.editor .content');
      await eventually(
        'the editor',
        () => Promise.resolve(vscode.window.activeTextEditor?.document.getText() === 'beta' ? true : undefined),
        10,
      );
    });
  });

  it('one that is dropped on a file is attached to its message', async () => {
    await again(async () => {
      await ui.dropFiles(row('beta.txt, 4 B'), [{ name: 'dropped-on-file.csv', content: Buffer.from('a,b\n') }]);
      await isAttached(from, 'dropped-on-file.csv');
    });
  });

  it('several are chosen, and Ctrl+C copies their paths', async () => {
    await ui.click(row('alpha.txt, 5 B'), { modifiers: ['Control'] });
    await ui.click(row('beta.txt, 4 B'), { modifiers: ['Control'] });
    await vscode.env.clipboard.writeText('');
    await ui.key('Control+C');
    const copied = await eventually('the paths', async () => (await vscode.env.clipboard.readText()) || undefined);
    const files = await api.listMessageFiles('actions', 'from');
    const paths = await Promise.all(files.map(async ({ id }) => (await api.getFile(id)).full_path));
    assert.deepEqual(copied.split('\n').sort(), paths.sort());
  });

  it('several files of the explorer are attached to a message that is asked for', async () => {
    const uris = [await putFile('one.csv', 'a\n'), await putFile('two.csv', 'b\n')];
    // As the explorer's menu calls it: what was clicked, and all that is selected.
    const attaching = vscode.commands.executeCommand('codeInterpreter.attach', uris[0], uris);
    await ui.click('.quick-input-widget .monaco-list-row[aria-label*="The other one"]');
    await attaching;
    assert.deepEqual(attached(to), ['alpha.txt', 'one.csv', 'two.csv']);
    await ui.waitFor(row('two.csv, attached'));
  });

  it('one is found by words of its name and message', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    void vscode.commands.executeCommand('codeInterpreter.findFile');
    await ui.waitFor('.quick-input-widget .monaco-list-row');
    await ui.type('beta files');
    await ui.waitFor('.quick-input-widget .monaco-list-row[aria-label*="beta.txt"]');
    await ui.key('Enter');
    await eventually('the editor', () =>
      Promise.resolve(vscode.window.activeTextEditor?.document.getText() === 'beta' ? true : undefined),
    );
  });

  it('a deleted one is restored from the palette', async () => {
    const [file] = await api.listMessageFiles('actions', 'from');
    assert.ok(file);
    other.registry.trashFiles(other.user, [file.id], 'path');
    await ui.waitFor(row(`${file.name}, 5 B`), { state: 'hidden' });
    void vscode.commands.executeCommand('codeInterpreter.restoreDeleted');
    await ui.click(`.quick-input-widget .monaco-list-row[aria-label*="${file.name}"]`);
    await ui.key('Enter');
    await ui.waitFor(row(`${file.name}, 5 B`));
    assert.equal((await api.getFile(file.id)).id, file.id);
  });

  it('several are downloaded into their folders, beside what is there', async () => {
    const message = other.message('downloads', 'folders', 'With folders');
    const ids = [
      await other.run(message, 'same.txt', 'above'),
      await other.run(message, 'sub/same.txt', 'below'),
      await other.run(message, 'sub/deep er/größe.txt', 'deep'),
    ];
    const folder = vscode.Uri.file(await mkdtemp(join(tmpdir(), 'code-interpreter-folders-')));
    const below = async (): Promise<Record<string, string>> => {
      const paths = await readdir(folder.fsPath, { recursive: true, withFileTypes: true });
      const files = paths.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      return Object.fromEntries(files.map((path) => [relative(folder.fsPath, path), readFileSync(path, 'utf8')]));
    };
    await api.download(ids, folder);
    const once = { 'same.txt': 'above', 'sub/same.txt': 'below', 'sub/deep er/größe.txt': 'deep' };
    assert.deepEqual(await below(), once);
    await api.download(ids.slice(1, 2), folder);
    assert.deepEqual(await below(), { ...once, 'sub/same (2).txt': 'below' });
    rmSync(folder.fsPath, { recursive: true, force: true });
  });

  it('all of a message become one archive, where the dialog says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-archive-'));
    const path = join(folder, 'all.zip');
    void vscode.commands.executeCommand('codeInterpreter.files.focus');
    await ui.click(row('With folders'));
    const writing = vscode.commands.executeCommand('codeInterpreter.downloadZip');
    await ui.waitFor('.quick-input-widget input');
    await ui.key('Control+A');
    await ui.type(path);
    await ui.key('Enter');
    await writing;
    assert.deepEqual(readFileSync(path).subarray(0, 4), Buffer.from('PK\x03\x04'));
    rmSync(folder, { recursive: true, force: true });
  });

  it('a spreadsheet is offered as a download where no application can open it', async () => {
    const runId = other.registry.listRuns(from.key).at(-1)?.runId ?? '';
    const sourcePath = join(from.path, 'table.xlsx');
    writeFileSync(sourcePath, 'no real one');
    await other.registry.keepFile({
      workspace: from,
      runId,
      sourcePath,
      relativePath: 'table.xlsx',
      status: 'created',
      format: 'Excel',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      modifiedAt: Date.now(),
    });
    await ui.click(row('table.xlsx'));
    await waitForNotification('table.xlsx opens in an application of your own machine');
  });
});
