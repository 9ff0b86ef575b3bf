// The Doctor's document and its buttons.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, eventually } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

interface Check {
  readonly name: string;
  readonly good: boolean;
}

const gateway = (): string => vscode.workspace.getConfiguration('codeInterpreter').get('gateway.url', '');
const setGateway = (url: string): Thenable<void> =>
  vscode.workspace.getConfiguration('codeInterpreter').update('gateway.url', url, vscode.ConfigurationTarget.Global);

const textOf = (): string => vscode.window.activeTextEditor?.document.getText() ?? '';
const says = (text: string): Promise<true> =>
  eventually(`"${text}" in the report`, () => Promise.resolve(textOf().includes(text) ? true : undefined));

const lens = (title: string): string => `.codelens-decoration a:has-text("${title}")`;

describe('the Doctor', function () {
  this.timeout(180_000);

  before(activateExtension);
  after(async () => {
    await setGateway('');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('says what is wrong, and its button mends it', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await setGateway('http://127.0.0.1:9/');
    await vscode.commands.executeCommand('codeInterpreter.doctor');
    await says('✗ Gateway');
    await says('Nothing answers at http://127.0.0.1:9/');
    await ui.waitFor(lens('Connect…'));
    await ui.waitFor('.statusbar-item:has-text("127.0.0.1:9") .codicon-error');
    await ui.screenshot('doctor-wrong');
    await ui.click(lens('Use the Local Gateway'));
    await eventually('the change of the setting', () => Promise.resolve(gateway() === '' ? true : undefined));
    await ui.click(lens('Examine Again'));
    await says('All is well.');
    await ui.waitFor(lens('Connect…'), { state: 'hidden' });
  });

  it('is a read-only document that can be copied into an issue', async () => {
    const checks = await vscode.commands.executeCommand<Check[]>('codeInterpreter.doctor');
    assert.deepEqual(
      checks.map(({ good }) => good),
      [true, true, true, true],
    );
    await says('All is well.');
    const { document } = vscode.window.activeTextEditor ?? {};
    assert.equal(document?.isUntitled, false);
    assert.equal(document.isDirty, false);
    await ui.click(lens('Copy'));
    await ui.waitFor('.statusbar-item:has-text("on the clipboard")');
    await ui.screenshot('doctor');
  });
});
