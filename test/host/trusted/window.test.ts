import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ui } from '../support/ui.ts';

describe('the window', () => {
  it('is a whole VS Code with a trusted folder', async () => {
    assert.equal(vscode.workspace.isTrusted, true);
    await ui.waitFor('.statusbar');
    await ui.screenshot('window');
  });
});
