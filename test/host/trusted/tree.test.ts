// The tree over a registry that another process fills: no kernel is needed for what it shows.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { addMessages, removeMessages } from '../../support/manyMessages.ts';
import { activateExtension, eventually } from '../support/extension.ts';
import { answerNotification } from '../support/notifications.ts';
import { openOtherProcess, type OtherProcess } from '../support/otherProcess.ts';
import { ui } from '../support/ui.ts';

const view = '.pane-body .monaco-list-row';
const row = (text: string): string => `${view}[aria-label*="${text}"]`;

describe('the tree of kept files', function () {
  this.timeout(60_000);

  let api: CodeInterpreterApi;
  let other: OtherProcess;
  let workspace: Workspace;

  before(async () => {
    api = await activateExtension();
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    other = await openOtherProcess();
    workspace = other.message('the-tree', 'first-message', 'Sum up the sales');
  });
  after(() => {
    other[Symbol.dispose]();
  });

  it('shows what another process keeps, as new until it is opened', async () => {
    await other.run(workspace, 'seen.txt', 'one');
    await ui.waitFor(`${row('seen.txt')} [aria-label*="New in the last run"]`);
    await ui.waitFor(row('Sum up the sales, 1 file'));
    await ui.screenshot('tree');
    await ui.click(row('seen.txt'));
    await eventually('the editor', () =>
      Promise.resolve(vscode.window.activeTextEditor?.document.getText() === 'one' ? true : undefined),
    );
    await ui.waitFor(`${row('seen.txt')} [aria-label*="New in the last run"]`, { state: 'hidden' });
  });

  it('lists earlier versions below their file, and compares one with the current one', async () => {
    await other.run(workspace, 'versions.txt', 'first');
    await other.run(workspace, 'versions.txt', 'second');
    await ui.click(row('versions.txt'));
    await ui.key('ArrowRight');
    await ui.waitFor(row('Version of'));
    const [current] = (await api.listMessageFiles('the-tree', 'first-message')).filter(
      ({ name }) => name === 'versions.txt',
    );
    assert.ok(current);
    const versions = await api.listVersions(current.id);
    assert.equal(versions.length, 2);
    await ui.click(row('Version of'), { button: 'right' });
    await ui.waitFor('.context-view .action-label:has-text("Compare with Current")');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await ui.click('.context-view .action-label:has-text("Compare with Current")');
    await eventually('the comparison', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return Promise.resolve(input instanceof vscode.TabInputTextDiff ? true : undefined);
    });
  });

  it('deletes by key to the trash, and takes it back by Undo', async () => {
    const id = await other.run(workspace, 'deleted.txt', 'bytes');
    await ui.click(row('deleted.txt'));
    await eventually('its preview', () =>
      Promise.resolve(vscode.window.activeTextEditor?.document.getText() === 'bytes' ? true : undefined),
    );
    // The tree keeps the focus, as the explorer does. While it is drawn anew no key reaches it: what was not taken is tried again.
    const press = async (): Promise<void> => {
      await ui.key('Delete');
      await ui.waitFor(row('deleted.txt'), { state: 'hidden', seconds: 5 });
    };
    await press().catch(press);
    await assert.rejects(api.getFile(id), { code: 'file.notFound' });
    await assert.rejects(
      Promise.resolve(vscode.workspace.fs.readFile(vscode.Uri.parse(`code-interpreter:/files/${id}/deleted.txt`))),
    );
    // VS Code draws a line through the name of an editor whose file is gone.
    await ui.waitFor('.tab.active .strikethrough');
    await answerNotification('Deleted: deleted.txt', 'Undo');
    await ui.waitFor(row('deleted.txt'));
    await ui.waitFor('.tab.active .strikethrough', { state: 'hidden' });
    assert.equal((await api.getFile(id)).name, 'deleted.txt');
  });

  it('is quick over ten thousand messages, and draws one change', async () => {
    const chatId = 'ten-thousand';
    addMessages(other.data, { user: other.user, chatId, count: 10_000 });
    try {
      await ui.waitFor(row('Message 10000'));
      await ui.screenshot('tree-10000');
      const latest = other.registry
        .listWorkspaces({ user: other.user, chatId, from: 9_998 })
        .find(({ key }) => key.messageId === 'message-9999');
      assert.ok(latest);
      other.registry.describeMessage(latest.key, { label: 'Renamed elsewhere' });
      await ui.waitFor(row('Renamed elsewhere'));
    } finally {
      removeMessages(other.data, chatId);
    }
  });
});
