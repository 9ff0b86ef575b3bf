// Dropping files on a message, or on what is in it, attaches them; dragging a file out gives it away.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { Services } from '../services.ts';
import { showError } from '../showError.ts';
import { fileUri, scheme, targetOf } from '../uris.ts';
import { attachSources } from './attach.ts';
import { messageOf, type Node } from './nodes.ts';

const uriList = 'text/uri-list';

/** What an editor or the terminal gets of a node: a file's read-only content under its name, an attachment's own copy. */
const uriOf = (node: Node): vscode.Uri | undefined => {
  switch (node.kind) {
    case 'file':
    case 'version':
      return fileUri(node.file.id, node.file.name);
    case 'attachment':
      return vscode.Uri.file(join(node.message.message.path, node.attachment.record.relativePath));
    default:
      return undefined;
  }
};

/** Files that come without a path of this machine: their bytes are put down in `folder` first. */
const putDown = (folder: string, files: readonly vscode.DataTransferFile[]): Promise<AttachmentSource[]> =>
  Promise.all(
    files.map(async (file) => {
      const path = join(folder, basename(file.name));
      await writeFile(path, await file.data());
      return { path };
    }),
  );

const listedSources = async (services: Services, transfer: vscode.DataTransfer): Promise<AttachmentSource[]> => {
  const listed = (await transfer.get(uriList)?.asString()) ?? '';
  const uris = listed
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => vscode.Uri.parse(line, true));
  const sources: AttachmentSource[] = [];
  for (const uri of uris) {
    const target = uri.scheme === scheme ? targetOf(uri) : undefined;
    if (target?.kind === 'file') {
      const { registry, user } = await services.interpreter();
      const { path, file } = registry.openContent(user, target.id);
      sources.push({ path, name: file.name });
    } else if (uri.scheme === 'file' || uri.scheme === 'vscode-remote') {
      sources.push({ path: uri.fsPath });
    }
  }
  return sources;
};

const droppedFiles = (transfer: vscode.DataTransfer): vscode.DataTransferFile[] => {
  const files: vscode.DataTransferFile[] = [];
  transfer.forEach((item) => {
    const file = item.asFile();
    if (file) {
      files.push(file);
    }
  });
  return files;
};

const attachDropped = async (
  services: Services,
  target: Node | undefined,
  transfer: vscode.DataTransfer,
): Promise<void> => {
  const message = messageOf(target);
  if (!message) {
    await vscode.window.showInformationMessage(vscode.l10n.t('Drop files on a message to attach them to it.'));
    return;
  }
  const sources = await listedSources(services, transfer);
  if (sources.length > 0) {
    await attachSources(services, message.message.key, sources);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-drop-'));
  try {
    const files = await putDown(folder, droppedFiles(transfer));
    if (files.length > 0) {
      await attachSources(services, message.message.key, files);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export const createDragAndDrop = (services: Services): vscode.TreeDragAndDropController<Node> => ({
  dropMimeTypes: [uriList, 'files'],
  dragMimeTypes: [uriList],
  handleDrag: (nodes, transfer) => {
    const uris = nodes.map(uriOf).filter((uri) => uri !== undefined);
    if (uris.length > 0) {
      transfer.set(uriList, new vscode.DataTransferItem(uris.map(String).join('\r\n')));
    }
  },
  handleDrop: async (target, transfer) => {
    try {
      await attachDropped(services, target, transfer);
    } catch (error) {
      await showError(services, error);
    }
  },
});
