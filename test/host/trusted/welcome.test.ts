// The first steps: the walkthrough, and the sample chat that it opens.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { activateExtension, eventually } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

describe('the first steps', function () {
  this.timeout(60_000);

  before(() => activateExtension());

  it('open the sample chat as a copy, which keeps what was changed in it', async () => {
    await vscode.commands.executeCommand('codeInterpreter.openSample');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.ok(document.fileName.endsWith('sales.chat.md'), document.fileName);
    assert.ok((await readFile(document.fileName.replace('sales.chat.md', 'sales-2025.xlsx'))).length > 1_000);
    await writeFile(document.fileName, `${document.getText()}\nchanged\n`);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.commands.executeCommand('codeInterpreter.openSample');
    const again = await eventually('the chat that was changed', () => {
      const opened = vscode.window.activeTextEditor?.document;
      return Promise.resolve(opened?.getText().endsWith('\nchanged\n') ? opened : undefined);
    });
    assert.equal(again.fileName, document.fileName);
    await writeFile(again.fileName, again.getText().replace('\nchanged\n', ''));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('are a walkthrough with a picture for each', async () => {
    await vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      'code-interpreter.code-interpreter#start',
      false,
    );
    await ui.waitFor('.getting-started-step:has-text("Run the code of a message")');
    const steps = await ui.texts('.getting-started-step .step-title');
    assert.deepEqual(steps, [
      'Run the code of a message',
      'Find what it made',
      'See how it ran',
      'Use your own gateway',
    ]);
    // In a narrow window the pictures stay away.
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
    await ui.waitFor('.getting-started-media img');
    await ui.screenshot('walkthrough');
    await vscode.commands.executeCommand('workbench.action.toggleSidebarVisibility');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
