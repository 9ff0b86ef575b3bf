import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ui } from '../support/ui.ts';

describe('in a folder that is not trusted', () => {
  it('VS Code is in Restricted Mode', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await ui.waitFor('text=Restricted Mode');
    await ui.screenshot('restricted');
  });
});
