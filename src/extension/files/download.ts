// Downloads: original names, byte for byte, one or many; nothing is overwritten unasked, a cancel leaves nothing half.
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import { countText } from '../names.ts';
import type { Services } from '../services.ts';
import { copyThroughCode, lastFolder, rememberFolder, withDownloadProgress } from './downloading.ts';

const exists = async (uri: vscode.Uri): Promise<boolean> => {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
};

/** `sub/report (2).xlsx` where `sub/report.xlsx` is taken. */
const freePlace = async (services: Services, folder: vscode.Uri, place: string): Promise<vscode.Uri> => {
  const { numberedName } = await services.engine();
  for (let number = 1; ; number++) {
    const candidate = vscode.Uri.joinPath(folder, numberedName(place, number));
    if (!(await exists(candidate))) {
      return candidate;
    }
  }
};

/** Makes the folders that a place needs, and gives those that were not there, the innermost first. */
const makeFolders = async (services: Services, folder: vscode.Uri, target: vscode.Uri): Promise<vscode.Uri[]> => {
  const missing: vscode.Uri[] = [];
  for (
    let above = vscode.Uri.joinPath(target, '..');
    above.path.length > folder.path.length && !(await exists(above));
    above = vscode.Uri.joinPath(above, '..')
  ) {
    missing.push(above);
  }
  try {
    for (const made of missing.toReversed()) {
      await vscode.workspace.fs.createDirectory(made);
    }
  } catch (error) {
    const { CodedError } = await services.engine();
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('file.unwritable', { path: target.fsPath, cause }, { cause: error });
  }
  return missing;
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
  await copyThroughCode(vscode.Uri.file(path), target, options.overwrite);
};

interface Copy {
  readonly file: ListedFile;
  /** Copies it; resolves with where it is then. */
  readonly copy: (options: Pick<CopyOptions, 'signal' | 'onProgress'>) => Promise<vscode.Uri>;
}

/** Copies one after the other, with progress by bytes; a cancel ends it after the last whole file. */
const copyAll = async (services: Services, copies: readonly Copy[]): Promise<readonly vscode.Uri[]> => {
  const written: vscode.Uri[] = [];
  // An empty file counts a little too.
  const total = copies.reduce((sum, { file }) => sum + file.size + 1, 0);
  await withDownloadProgress(services, total, async (tell, signal) => {
    let before = 0;
    for (const { file, copy } of copies) {
      const onProgress = (bytes: number): void => {
        tell(before + bytes, file.name);
      };
      onProgress(0);
      written.push(await copy({ signal, onProgress }));
      before += file.size + 1;
      tell(before, file.name);
    }
  });
  return written;
};

/** Files below a folder as they lie below /mnt/data, beside what is there. */
const copiesInto = async (services: Services, files: readonly ListedFile[], folder: vscode.Uri): Promise<Copy[]> => {
  const { registry, user } = await services.interpreter();
  const { downloadPlaces } = await services.engine();
  const ids = files.map(({ id }) => id);
  return downloadPlaces(registry, user, ids).map(({ file, place }) => ({
    file,
    copy: async (options) => {
      const target = await freePlace(services, folder, place);
      const made = await makeFolders(services, folder, target);
      try {
        await copyTo(services, file, target, { ...options, overwrite: false });
      } catch (error) {
        for (const empty of made) {
          await vscode.workspace.fs.delete(empty).then(undefined, () => undefined);
        }
        throw error;
      }
      return target;
    },
  }));
};

const copiesOfOne = async (services: Services, file: ListedFile): Promise<Copy[]> => {
  const defaultUri = vscode.Uri.joinPath(lastFolder(services), file.name);
  // The dialog asks before something is overwritten.
  const target = await vscode.window.showSaveDialog({ defaultUri, title: vscode.l10n.t('Download {0}', file.name) });
  if (!target) {
    return [];
  }
  await rememberFolder(services, vscode.Uri.joinPath(target, '..'));
  const copy: Copy['copy'] = async (options) => {
    await copyTo(services, file, target, { ...options, overwrite: true });
    return target;
  };
  return [{ file, copy }];
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
  await rememberFolder(services, folder);
  return copiesInto(services, files, folder);
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
  for (const { copy } of await copiesInto(services, files, folder)) {
    written.push(await copy({}));
  }
  return written;
};
