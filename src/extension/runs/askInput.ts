// Answering `input()` and `getpass()`.
import * as vscode from 'vscode';

/** Asks the user; an empty answer when the run is stopped meanwhile. */
export const askInput = async (prompt: string, password: boolean, stopped: AbortSignal): Promise<string> => {
  const token = new vscode.CancellationTokenSource();
  const cancel = (): void => {
    token.cancel();
  };
  stopped.addEventListener('abort', cancel, { once: true });
  try {
    const answer = await vscode.window.showInputBox(
      { prompt: prompt === '' ? vscode.l10n.t('The code asks for input') : prompt, password, ignoreFocusOut: true },
      token.token,
    );
    return answer ?? '';
  } finally {
    stopped.removeEventListener('abort', cancel);
    token.dispose();
  }
};
