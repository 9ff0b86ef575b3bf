// "Download as Zip…": the files of a message, of a chat or of a selection as one archive.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import { countText } from '../names.ts';
import { say } from '../say.ts';
import type { Services } from '../services.ts';
import { copyThroughCode, lastFolder, rememberFolder, withDownloadProgress } from './downloading.ts';

/** Files with the words that name their archive. */
export interface ZipRequest {
  readonly files: readonly ListedFile[];
  readonly title: string;
}

interface ZipChoice extends vscode.QuickPickItem {
  readonly request: () => ZipRequest;
}

/** Lets the user choose a chat or a message that has files. */
export const pickForZip = async (services: Services): Promise<ZipRequest | undefined> => {
  const { registry, user } = await services.interpreter();
  const choices = registry.listChats(user).flatMap((chat): ZipChoice[] => {
    if (chat.total_files === 0) {
      return [];
    }
    const chatTitle = chat.title ?? posix.basename(chat.chat_id);
    const messages = registry.listWorkspaces({ user, chatId: chat.chat_id }).filter(({ files }) => files > 0);
    return [
      {
        label: chatTitle,
        description: countText('file', chat.total_files),
        iconPath: new vscode.ThemeIcon('comment-discussion'),
        request: () => ({
          files: Object.values(registry.listChatFiles(user, chat.chat_id).messages).flat(),
          title: chatTitle,
        }),
      },
      ...messages.map(({ key, label, files }): ZipChoice => {
        const title = label ?? key.messageId;
        return {
          label: title,
          description: `${chatTitle} · ${countText('file', files)}`,
          iconPath: new vscode.ThemeIcon('comment'),
          request: () => ({ files: registry.listMessageFiles(user, key.chatId, key.messageId), title }),
        };
      }),
    ];
  });
  if (choices.length === 0) {
    say(vscode.l10n.t('No file is kept yet.'));
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(choices, {
    placeHolder: vscode.l10n.t('A chat or a message whose files go into the archive'),
    matchOnDescription: true,
  });
  return chosen?.request();
};

/** Writes the archive; resolves with whether it came to its end, which a cancel prevents. */
export const zipInto = async (
  services: Services,
  files: readonly ListedFile[],
  target: vscode.Uri,
  overwrite: boolean,
): Promise<boolean> => {
  const { registry, user } = await services.interpreter();
  const { downloadPlaces, zipFiles } = await services.engine();
  const ids = files.map(({ id }) => id);
  const contents = downloadPlaces(registry, user, ids).map(({ file, place }) => {
    const { path } = registry.openContent(user, file.id);
    return { id: file.id, name: file.name, path, sha256: file.sha256, place, modified: new Date(file.modified_at) };
  });
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  return withDownloadProgress(services, totalBytes, async (tell, signal) => {
    tell(0, posix.basename(target.path));
    const onProgress = (bytes: number): void => {
      tell(bytes);
    };
    if (target.scheme === 'file') {
      await zipFiles(contents, target.fsPath, { overwrite, signal, onProgress });
      return;
    }
    // The target is on the user's machine while we run elsewhere.
    const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-zip-'));
    try {
      const made = join(folder, 'files.zip');
      await zipFiles(contents, made, { signal, onProgress });
      await copyThroughCode(vscode.Uri.file(made), target, overwrite);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
};

/** Asks where to, and writes the archive; resolves with where it is. */
export const downloadZip = async (
  services: Services,
  { files, title }: ZipRequest,
): Promise<vscode.Uri | undefined> => {
  if (files.length === 0) {
    say(vscode.l10n.t('No file is kept yet.'));
    return undefined;
  }
  const { nameFromWords } = await services.engine();
  const name = `${nameFromWords(title) || 'files'}.zip`;
  // The dialog asks before something is overwritten.
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(lastFolder(services), name),
    filters: { [vscode.l10n.t('Zip archive')]: ['zip'] },
    title: vscode.l10n.t('Download {0}', name),
  });
  if (!target) {
    return undefined;
  }
  await rememberFolder(services, vscode.Uri.joinPath(target, '..'));
  if (!(await zipInto(services, files, target, true))) {
    return undefined;
  }
  vscode.window.setStatusBarMessage(vscode.l10n.t('Downloaded: {0}', posix.basename(target.path)), 5_000);
  return target;
};
