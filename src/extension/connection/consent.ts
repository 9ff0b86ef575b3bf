// Consent before the embedded gateway's first installation: what it takes, and where.
import * as vscode from 'vscode';
import type { EngineModule } from '../services.ts';

const consentKey = 'codeInterpreter.embeddedConsent';

/** How an installation is told of and cancelled. */
export interface Installing {
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

const askOnce = async (context: vscode.ExtensionContext, megabytes: number, folder: string): Promise<boolean> => {
  if (context.globalState.get<boolean>(consentKey, false)) {
    return true;
  }
  const install = vscode.l10n.t('Install');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'No gateway is set. Install one on this machine? About {0} MB (Jupyter Enterprise Gateway, and Python packages for your code) go to {1}.',
      megabytes,
      folder,
    ),
    install,
  );
  if (answer !== install) {
    return false;
  }
  await context.globalState.update(consentKey, true);
  return true;
};

/**
 * Calls `start` without consent first; only when something must be installed it asks the user, once, and shows the installation with
 * a way to cancel it.
 * @throws CodedError `embedded.consentNeeded` when the user declines, `cancelled`, and whatever `start` throws
 */
export const askEmbeddedConsent = async <T>(
  engine: EngineModule,
  context: vscode.ExtensionContext,
  start: (consent: boolean, installing?: Installing) => Promise<T>,
): Promise<T> => {
  try {
    return await start(false);
  } catch (error) {
    if (!engine.isCoded(error, 'embedded.consentNeeded')) {
      throw error;
    }
    if (!(await askOnce(context, error.detail.megabytes, error.detail.folder))) {
      throw error;
    }
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Installing the local gateway'),
        cancellable: true,
      },
      (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => {
          cancel.abort();
        });
        const report = (message: string): void => {
          progress.report({ message });
        };
        return start(true, { signal: cancel.signal, report });
      },
    );
  }
};
