// Errors for people: one sentence, and the button that helps.
import * as vscode from 'vscode';
import type { Remedy } from '../wording/errors.ts';
import type { Services } from './services.ts';

interface Button {
  readonly title: string;
  readonly command: string;
  readonly argument?: string;
}

const buttonFor = (remedy: Remedy): Button | undefined => {
  switch (remedy) {
    case 'connect':
    case 'enterToken':
      return { title: vscode.l10n.t('Connect…'), command: 'codeInterpreter.connect' };
    case 'chooseKernel':
    case 'choosePython':
    case 'openSettings':
      return {
        title: vscode.l10n.t('Open Settings'),
        command: 'workbench.action.openSettings',
        argument: 'codeInterpreter',
      };
    case 'setUpEmbedded':
    case 'installPython':
    case 'repairEmbedded':
    case 'runDoctor':
      return { title: vscode.l10n.t('Doctor'), command: 'codeInterpreter.doctor' };
    case 'showLog':
      return { title: vscode.l10n.t('Show Log'), command: 'codeInterpreter.showLog' };
    case 'retry':
    case 'none':
      return undefined;
  }
};

/** Shows an error; a cancelled operation needs no words. */
export const showError = async (services: Services, error: unknown): Promise<void> => {
  const { describeError, isCoded } = await services.engine();
  if (isCoded(error, 'cancelled')) {
    return;
  }
  services.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const { message, remedy } = describeError(error);
  const button = buttonFor(remedy);
  const chosen = await vscode.window.showErrorMessage(message, ...(button ? [button.title] : []));
  if (button && chosen === button.title) {
    await vscode.commands.executeCommand(button.command, ...(button.argument === undefined ? [] : [button.argument]));
  }
};

/** Registers a command whose failures are shown, never thrown into VS Code's own words. */
export const registerCommand = (
  services: Services,
  id: string,
  handler: (...args: unknown[]) => Promise<unknown>,
): vscode.Disposable =>
  vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    try {
      return await handler(...args);
    } catch (error) {
      await showError(services, error);
      return undefined;
    }
  });
