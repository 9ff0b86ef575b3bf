// What a run left on the kernel's machine for a limit: said, and fetched when the user wants it.
import * as vscode from 'vscode';
import type { RunResult } from '../../core/run/result.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import type { Services } from '../services.ts';

/** Offers to fetch it. Resolves when the message was closed, or when all has come. */
export const offerFetch = async (services: Services, key: MessageKey, result: RunResult): Promise<void> => {
  const left = result.skipped.filter((file) => file.can_be_fetched === true);
  const [first] = left;
  if (!first) {
    return;
  }
  const fetchAnyway = vscode.l10n.t('Fetch Anyway');
  const message =
    left.length === 1
      ? vscode.l10n.t('{0} stayed with the kernel: {1}.', first.path, first.reason)
      : vscode.l10n.t('{0} files stayed with the kernel. {1}: {2}.', left.length, first.path, first.reason);
  if ((await vscode.window.showWarningMessage(message, fetchAnyway)) !== fetchAnyway) {
    return;
  }
  const { describeNotice } = await services.engine();
  const interpreter = await services.interpreter();
  const fetched = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Fetching files'), cancellable: true },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => {
        stop.abort();
      });
      return interpreter.fetchLeft(key, {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.kind === 'notice') {
            progress.report({ message: describeNotice(event.notice) });
          }
        },
      });
    },
  );
  services.filesChanged();
  const [missed] = fetched.skipped;
  if (missed) {
    await vscode.window.showWarningMessage(`${missed.path}: ${missed.reason}`);
  }
};
