// What all downloads share: the folder that was chosen last, progress with a cancel, and the way to the user's own machine.
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Services } from '../services.ts';

const lastFolderKey = 'codeInterpreter.downloadFolder';

export const lastFolder = ({ context }: Services): vscode.Uri => {
  const stored = context.globalState.get<string>(lastFolderKey);
  return stored === undefined ? vscode.Uri.file(homedir()) : vscode.Uri.parse(stored);
};

export const rememberFolder = async ({ context }: Services, folder: vscode.Uri): Promise<void> => {
  await context.globalState.update(lastFolderKey, folder.toString());
};

/** Through VS Code's own file system: the target is on the user's machine while we run elsewhere. Whole or not at all. */
export const copyThroughCode = async (source: vscode.Uri, target: vscode.Uri, overwrite: boolean): Promise<void> => {
  const staged = target.with({ path: `${target.path}.part` });
  try {
    await vscode.workspace.fs.copy(source, staged, { overwrite: true });
    await vscode.workspace.fs.rename(staged, target, { overwrite });
  } catch (error) {
    await vscode.workspace.fs.delete(staged).then(undefined, () => undefined);
    throw error;
  }
};

/** Says how many of the bytes are done, and with what it is busy. */
export type Tell = (bytes: number, message?: string) => void;

/** Shows progress by bytes while `work` lasts; resolves with whether it came to its end, which a cancel prevents. */
export const withDownloadProgress = async (
  services: Services,
  totalBytes: number,
  work: (tell: Tell, signal: AbortSignal) => Promise<void>,
): Promise<boolean> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Downloading'), cancellable: true },
    async (progress, token) => {
      const { isCoded } = await services.engine();
      const stop = new AbortController();
      const listener = token.onCancellationRequested(() => {
        stop.abort();
      });
      let told = 0;
      try {
        await work((bytes, message) => {
          const increment = ((bytes - told) / Math.max(totalBytes, 1)) * 100;
          told = bytes;
          progress.report(message === undefined ? { increment } : { increment, message });
        }, stop.signal);
        return true;
      } catch (error) {
        if (!isCoded(error, 'cancelled')) {
          throw error;
        }
        return false;
      } finally {
        listener.dispose();
      }
    },
  );
