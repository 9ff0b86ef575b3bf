// Consent before the embedded gateway's first installation: what it takes, and where.
import * as vscode from 'vscode';
import type { EngineModule } from '../services.ts';

const consentKey = 'codeInterpreter.embeddedConsent';

/**
 * Calls `start` without consent first; asks the user only when something must be installed.
 * @throws CodedError `embedded.consentNeeded` when the user declines, and whatever `start` throws
 */
export const askEmbeddedConsent = async <T>(
  engine: EngineModule,
  context: vscode.ExtensionContext,
  start: (consent: boolean) => Promise<T>,
): Promise<T> => {
  try {
    return await start(context.globalState.get<boolean>(consentKey, false));
  } catch (error) {
    if (!engine.isCoded(error, 'embedded.consentNeeded')) {
      throw error;
    }
    const install = vscode.l10n.t('Install');
    const { megabytes, folder } = error.detail;
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'No gateway is set. Install one on this machine? About {0} MB (Jupyter Enterprise Gateway, and Python packages for your code) go to {1}.',
        megabytes,
        folder,
      ),
      install,
    );
    if (answer !== install) {
      throw error;
    }
    await context.globalState.update(consentKey, true);
    return start(true);
  }
};
