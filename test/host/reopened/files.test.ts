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
    await ui.waitFor('.monaco-list-row[aria-label*="summary-2025.xlsx"]', { seconds: 30 });
  });
});
