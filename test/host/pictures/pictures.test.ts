// The pictures of the README and the walkthrough, of what is really there. `npm run docs -- pictures` puts them into media/.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { activateExtension, eventually, putFile, putSample } from '../support/extension.ts';
import { answerNotification } from '../support/notifications.ts';
import { ui } from '../support/ui.ts';

/** What would only take room in a picture. */
const plain: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'editor.minimap': { enabled: false },
  editor: { wordWrap: 'off' },
  breadcrumbs: { enabled: false },
  'workbench.layoutControl': { enabled: false },
  window: { commandCenter: false },
};

describe('the pictures', function () {
  this.timeout(180_000);
  let api: CodeInterpreterApi;
  let chat: vscode.Uri;

  before(async () => {
    api = await activateExtension();
    for (const [section, values] of Object.entries(plain)) {
      for (const [name, value] of Object.entries(values)) {
        await vscode.workspace
          .getConfiguration(section)
          .update(name, value, vscode.ConfigurationTarget.Global)
          .then(undefined, () => undefined);
      }
    }
    await putSample('sales-2025.xlsx');
    await putSample('plan-2026.csv');
    chat = await putSample('sales.chat.md');
  });

  /** Its texts are in frames of their own, which are drawn a moment after they have them. */
  const recordShows = async (text: string): Promise<void> => {
    await eventually(`"${text}" in the record`, async () =>
      (await ui.frameTexts()).some((shown) => shown.includes(text)) ? true : undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await vscode.commands.executeCommand('notifications.clearAll');
  };

  /** Runs the message of one of the chat's blocks, with the cursor in it. */
  const runMessageOf = async (find: (text: string) => number): Promise<{ readonly ended: Thenable<unknown> }> => {
    const editor = await vscode.window.showTextDocument(chat, { viewColumn: vscode.ViewColumn.One });
    const inside = editor.document.positionAt(find(editor.document.getText())).translate(1);
    editor.selection = new vscode.Selection(inside, inside);
    editor.revealRange(new vscode.Range(inside.translate(-8), inside), vscode.TextEditorRevealType.AtTop);
    return { ended: vscode.commands.executeCommand('codeInterpreter.runMessage') };
  };

  it('run: a chat with its code, its files in the tree, the result beside it', async () => {
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    const first = await runMessageOf((text) => text.indexOf('```python'));
    await answerNotification('Run code from the chat', 'Run');
    await first.ended;
    assert.equal((await api.listMessageFiles('sales-2025', 'sales-2025-summary')).length, 5);
    const last = await runMessageOf((text) => text.lastIndexOf('```python'));
    await last.ended;
    await ui.waitFor('.pane-body .monaco-list-row[aria-label*="plan-2026.xlsx"]', { seconds: 60 });
    await recordShows('577619');
    await ui.waitFor('.codelens-decoration:has-text("1 file")');
    await ui.screenshot('picture run');
  });

  it('files: a kept picture, opened from the tree', async () => {
    const png = (await api.listMessageFiles('sales-2025', 'sales-2025-summary')).find(({ name }) =>
      name.startsWith('targets-2025.png'),
    );
    assert.ok(png);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await ui.click('.pane-body .monaco-list-row[aria-label*="targets-2025.png"]', { count: 2 });
    await ui.waitFor('.tab.active[aria-label*="targets-2025.png"]');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await ui.screenshot('picture files');
  });

  it('record: a run whose error leads to its line', async () => {
    const document = await putFile(
      'forecast.py',
      [
        'import pandas as pd',
        '',
        "revenue = {'May': 44_100, 'June': 46_850}",
        "growth = revenue['June'] / revenue['May'] - 1",
        "plan = pd.Series(revenue, name='revenue').to_frame()",
        "plan['next year'] = plan['revenue'] * (1 + growth)",
        'print(plan.round(0))',
        '',
        'def of(month):',
        '    return revenue[month]',
        '',
        "print(of('July'))",
        '',
      ].join('\n'),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
    const done = vscode.commands.executeCommand('codeInterpreter.runFile');
    await recordShows('KeyError');
    await done;
    await ui.screenshot('picture record');
  });
});
