import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

describe('after VS Code was closed and opened again', () => {
  it('has all chats and files, in the tree too', async () => {
    const api = await activateExtension();
    const { messages } = await api.listChatFiles('sales-2025');
    assert.equal(messages['sales-2025-summary']?.length, 5);
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    // Many chats are before it by now: it is revealed from the list of all files.
    void vscode.commands.executeCommand('codeInterpreter.findFile');
    const found = '.quick-input-widget .monaco-list-row[aria-label*="summary-2025.xlsx"]';
    await ui.waitFor('.quick-input-widget .monaco-list-row');
    await ui.type('summary-2025.xlsx');
    await ui.hover(found);
    await ui.click(`${found} .action-label[aria-label="Show in the tree"]`);
    await ui.waitFor('.pane-body .monaco-list-row[aria-label*="summary-2025.xlsx"]', { seconds: 30 });
  });
});
