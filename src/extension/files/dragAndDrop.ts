// Dropping files on a message attaches them; dragging a file out gives it away.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { Services } from '../services.ts';
import { showError } from '../showError.ts';
import { fileUri } from '../uris.ts';
import { attachSources } from './attach.ts';
import type { Node } from './nodes.ts';

const uriList = 'text/uri-list';

/** Files that come without a path of this machine: their bytes are put down first. */
const putDown = async (files: readonly vscode.DataTransferFile[]): Promise<AttachmentSource[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-drop-'));
  return Promise.all(
    files.map(async (file) => {
      const path = join(folder, basename(file.name));
      await writeFile(path, await file.data());
      return { path };
    }),
  );
};

const sourcesOf = async (transfer: vscode.DataTransfer): Promise<AttachmentSource[]> => {
  const listed = (await transfer.get(uriList)?.asString()) ?? '';
  const paths = listed
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => vscode.Uri.parse(line, true))
    .filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote')
    .map((uri) => ({ path: uri.fsPath }));
  if (paths.length > 0) {
    return paths;
  }
  const files: vscode.DataTransferFile[] = [];
  transfer.forEach((item) => {
    const file = item.asFile();
    if (file) {
      files.push(file);
    }
  });
  return files.length === 0 ? [] : putDown(files);
};

export const createDragAndDrop = (services: Services): vscode.TreeDragAndDropController<Node> => ({
  dropMimeTypes: [uriList, 'files'],
  dragMimeTypes: [uriList],
  handleDrag: (nodes, transfer) => {
    const uris = nodes.flatMap((node) =>
      node.kind === 'file' ? [fileUri(node.file.id, node.file.name).toString()] : [],
    );
    transfer.set(uriList, new vscode.DataTransferItem(uris.join('\r\n')));
  },
  handleDrop: async (node, transfer) => {
    const message = node?.kind === 'message' ? node : node?.kind === 'chat' ? undefined : node?.message;
    try {
      const sources = await sourcesOf(transfer);
      if (message && sources.length > 0) {
        await attachSources(services, message.message.key, sources);
      }
    } catch (error) {
      await showError(services, error);
    }
  },
});
