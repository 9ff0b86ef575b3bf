// Opening a kept file: text and images in VS Code, spreadsheets and the like with the system's application.
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import type { Services } from '../services.ts';
import { fileUri } from '../uris.ts';
import { download } from './download.ts';

/** Formats that VS Code shows no better than as bytes. */
const systemFormats = new Set(['Excel', 'PDF', 'Word', 'PowerPoint']);

/** In a browser, or with the files on another machine, no application of the user's can open them here. */
const isElsewhere = (): boolean => vscode.env.uiKind === vscode.UIKind.Web || vscode.env.remoteName !== undefined;

const offerDownload = async (services: Services, file: ListedFile): Promise<void> => {
  const save = vscode.l10n.t('Download…');
  const show = vscode.l10n.t('Open as It Is');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} opens in an application of your own machine, after a download.', file.name),
    save,
    show,
  );
  if (chosen === save) {
    await download(services, [file]);
  } else if (chosen === show) {
    await vscode.commands.executeCommand('vscode.open', fileUri(file.id, file.name));
  }
};

const openWithSystem = async (services: Services, file: ListedFile): Promise<void> => {
  const { data, registry, user } = await services.interpreter();
  const { openCopy, sweepCopies } = await services.engine();
  await sweepCopies(data.opened);
  const { file: kept, path } = registry.openContent(user, file.id);
  const copy = await openCopy(data.opened, { id: kept.id, name: kept.name, path, sha256: kept.sha256 });
  const opened = await vscode.env.openExternal(vscode.Uri.file(copy));
  if (!opened) {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(copy));
  }
};

/** Opens a file; one for the system's application as a read-only copy under its own name. It is not shown as new any more then. */
export const openFile = async (services: Services, file: ListedFile, preserveFocus = false): Promise<void> => {
  const { registry, user } = await services.interpreter();
  if (!systemFormats.has(file.format)) {
    await vscode.commands.executeCommand('vscode.open', fileUri(file.id, file.name), { preserveFocus });
  } else if (isElsewhere()) {
    void offerDownload(services, file);
  } else {
    await openWithSystem(services, file);
  }
  registry.markSeen(user, file.id);
  services.filesChanged();
};
