// Downloads: original names, byte for byte, one or many; nothing is overwritten unasked, a cancel leaves nothing half.
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import { countText } from '../names.ts';
import type { Services } from '../services.ts';

const lastFolderKey = 'codeInterpreter.downloadFolder';

const lastFolder = ({ context }: Services): vscode.Uri => {
  const stored = context.globalState.get<string>(lastFolderKey);
  return stored === undefined ? vscode.Uri.file(homedir()) : vscode.Uri.parse(stored);
};

const exists = async (uri: vscode.Uri): Promise<boolean> => {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
};

/** `report (2).xlsx` where `report.xlsx` is taken. */
const freeName = async (folder: vscode.Uri, name: string): Promise<vscode.Uri> => {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 1; ; number++) {
    const candidate = vscode.Uri.joinPath(folder, number === 1 ? name : `${stem} (${number})${extension}`);
    if (!(await exists(candidate))) {
      return candidate;
    }
  }
};

interface CopyOptions {
  readonly overwrite: boolean;
  readonly signal?: AbortSignal;
  /** Bytes written of this file so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** Checked against the hash that it was kept with; under its name once it is whole. */
const copyTo = async (
  services: Services,
  file: ListedFile,
  target: vscode.Uri,
  options: CopyOptions,
): Promise<void> => {
  const { registry, user } = await services.interpreter();
  const { file: kept, path } = registry.openContent(user, file.id);
  if (target.scheme === 'file') {
    const { saveFile } = await services.engine();
    await saveFile({ id: kept.id, name: kept.name, path, sha256: kept.sha256 }, target.fsPath, options);
    return;
  }
  // Through VS Code's own file system: the target is on the user's machine while we run elsewhere.
  await registry.verifyContent(user, file.id, options.signal);
  const staged = target.with({ path: `${target.path}.part` });
  await vscode.workspace.fs.copy(vscode.Uri.file(path), staged, { overwrite: true });
  await vscode.workspace.fs.rename(staged, target, { overwrite: options.overwrite });
};

interface Copy {
  readonly file: ListedFile;
  readonly to: () => Promise<vscode.Uri>;
  readonly overwrite: boolean;
}

/** Copies one after the other, with progress by bytes; a cancel ends it after the last whole file. */
const copyAll = (services: Services, copies: readonly Copy[]): Thenable<readonly vscode.Uri[]> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Downloading'), cancellable: true },
    async (progress, token) => {
      const { isCoded } = await services.engine();
      const stop = new AbortController();
      const listener = token.onCancellationRequested(() => {
        stop.abort();
      });
      // An empty file counts a little too.
      const total = copies.reduce((sum, { file }) => sum + file.size + 1, 0);
      const written: vscode.Uri[] = [];
      try {
        for (const { file, to, overwrite } of copies) {
          progress.report({ message: file.name });
          let told = 0;
          const onProgress = (bytes: number): void => {
            progress.report({ increment: ((bytes - told) / total) * 100 });
            told = bytes;
          };
          const target = await to();
          await copyTo(services, file, target, { overwrite, signal: stop.signal, onProgress });
          onProgress(file.size + 1);
          written.push(target);
        }
      } catch (error) {
        if (!isCoded(error, 'cancelled')) {
          throw error;
        }
      } finally {
        listener.dispose();
      }
      return written;
    },
  );

const copiesInto = (files: readonly ListedFile[], folder: vscode.Uri): Copy[] =>
  files.map((file) => ({ file, to: () => freeName(folder, file.name), overwrite: false }));

const copiesOfOne = async (services: Services, file: ListedFile): Promise<Copy[]> => {
  const defaultUri = vscode.Uri.joinPath(lastFolder(services), file.name);
  // The dialog asks before something is overwritten.
  const target = await vscode.window.showSaveDialog({ defaultUri, title: vscode.l10n.t('Download {0}', file.name) });
  if (!target) {
    return [];
  }
  await services.context.globalState.update(lastFolderKey, vscode.Uri.joinPath(target, '..').toString());
  return [{ file, to: () => Promise.resolve(target), overwrite: true }];
};

const copiesOfMany = async (services: Services, files: readonly ListedFile[]): Promise<Copy[]> => {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: lastFolder(services),
      openLabel: vscode.l10n.t('Download {0} Here', countText('file', files.length)),
    })) ?? [];
  if (!folder) {
    return [];
  }
  await services.context.globalState.update(lastFolderKey, folder.toString());
  return copiesInto(files, folder);
};

/** Asks where to, and downloads; resolves with what was written. */
export const download = async (services: Services, files: readonly ListedFile[]): Promise<readonly vscode.Uri[]> => {
  const [only] = files;
  if (!only) {
    return [];
  }
  const copies = await (files.length === 1 ? copiesOfOne(services, only) : copiesOfMany(services, files));
  if (copies.length === 0) {
    return [];
  }
  const written = await copyAll(services, copies);
  if (written.length > 0) {
    vscode.window.setStatusBarMessage(vscode.l10n.t('Downloaded: {0}', countText('file', written.length)), 5_000);
  }
  return written;
};

/** Downloads files into a folder without asking; for other extensions and tests. */
export const downloadInto = async (
  services: Services,
  files: readonly ListedFile[],
  folder: vscode.Uri,
): Promise<readonly vscode.Uri[]> => {
  const written: vscode.Uri[] = [];
  for (const { file, to, overwrite } of copiesInto(files, folder)) {
    const target = await to();
    await copyTo(services, file, target, { overwrite });
    written.push(target);
  }
  return written;
};
