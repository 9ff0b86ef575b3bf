// "Clean up": removes old workspaces after a confirmation that says what is kept nowhere else.
import * as vscode from 'vscode';
import { countText, sizeText } from '../names.ts';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';

/** Registers the command. */
export const registerCleanup = (services: Services): vscode.Disposable =>
  registerCommand(services, 'codeInterpreter.cleanUp', async () => {
    const interpreter = await services.interpreter();
    const olderThanDays = vscode.workspace.getConfiguration('codeInterpreter').get<number>('cleanup.days', 7);
    const plan = interpreter.planCleanup({ olderThanDays });
    if (plan.due.length === 0) {
      await vscode.window.showInformationMessage(vscode.l10n.t('No workspace is older than {0} days.', olderThanDays));
      return undefined;
    }
    const keptOnly = vscode.l10n.t('Only What Is Kept Elsewhere');
    const everything = vscode.l10n.t('Everything');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Clean up {0}? Kept files stay in any case.', countText('workspace', plan.due.length)),
      keptOnly,
      everything,
    );
    if (answer === undefined) {
      return undefined;
    }
    const report = await interpreter.cleanUp(plan, answer === everything ? 'command' : 'scheduled');
    services.filesChanged();
    await vscode.window.showInformationMessage(
      vscode.l10n.t('{0} removed, {1} freed.', countText('file', report.freedFiles), sizeText(report.freedBytes)),
    );
    return report;
  });
