// Errors for people: one sentence, and the button that helps.
import * as vscode from 'vscode';
import { buttonFor } from './remedies.ts';
import type { Services } from './services.ts';

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
    await vscode.commands.executeCommand(button.command, ...button.arguments);
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
