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

/** Through VS Code's own file system: the target may be on the user's machine while we run elsewhere. */
const copyTo = async (services: Services, file: ListedFile, target: vscode.Uri): Promise<void> => {
  const interpreter = await services.interpreter();
  await interpreter.registry.verifyContent(interpreter.user, file.id);
  const { path } = interpreter.registry.openContent(interpreter.user, file.id);
  await vscode.workspace.fs.copy(vscode.Uri.file(path), target, { overwrite: true });
};

const downloadOne = async (services: Services, file: ListedFile): Promise<readonly vscode.Uri[]> => {
  const defaultUri = vscode.Uri.joinPath(lastFolder(services), file.name);
  const target = await vscode.window.showSaveDialog({ defaultUri, title: vscode.l10n.t('Download {0}', file.name) });
  if (!target) {
    return [];
  }
  await services.context.globalState.update(lastFolderKey, vscode.Uri.joinPath(target, '..').toString());
  await copyTo(services, file, target);
  return [target];
};

const downloadMany = async (services: Services, files: readonly ListedFile[]): Promise<readonly vscode.Uri[]> => {
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
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Downloading'), cancellable: true },
    async (progress, token) => {
      const written: vscode.Uri[] = [];
      for (const file of files) {
        if (token.isCancellationRequested) {
          break;
        }
        progress.report({ message: file.name, increment: 100 / files.length });
        const target = await freeName(folder, file.name);
        await copyTo(services, file, target);
        written.push(target);
      }
      return written;
    },
  );
};

/** Asks where to, and downloads; resolves with what was written. */
export const download = async (services: Services, files: readonly ListedFile[]): Promise<readonly vscode.Uri[]> => {
  const [only] = files;
  if (!only) {
    return [];
  }
  return files.length === 1 ? downloadOne(services, only) : downloadMany(services, files);
};

/** Downloads files into a folder without asking; for other extensions and tests. */
export const downloadInto = async (
  services: Services,
  files: readonly ListedFile[],
  folder: vscode.Uri,
): Promise<readonly vscode.Uri[]> => {
  const written: vscode.Uri[] = [];
  for (const file of files) {
    const target = await freeName(folder, file.name);
    await copyTo(services, file, target);
    written.push(target);
  }
  return written;
};
