// The commands on the tree's items; each works from its menu, the palette and the keyboard.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import type { RunRecords } from '../runs/runRecords.ts';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand } from '../showError.ts';
import { fileUri } from '../uris.ts';
import { download } from './download.ts';
import { downloadZip, pickForZip } from './downloadZip.ts';
import { pickFile } from './findFile.ts';
import { filesOf, messageOf, targetsOf, titleOf, type Node } from './nodes.ts';
import { openFile } from './open.ts';
import { revealPath } from './reveal.ts';
import { deleteNodes } from './trash.ts';
import { revealFile, type FilesTree } from './tree.ts';

/** What a path command gives: one line for each file. */
const copyLines = async (lines: readonly string[]): Promise<void> => {
  if (lines.length > 0) {
    await vscode.env.clipboard.writeText(lines.join('\n'));
    vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: {0}', lines.join(', ')), 5_000);
  }
};

/** Registers the commands of the tree. */
export const registerFileCommands = (
  services: Services,
  view: vscode.TreeView<Node>,
  tree: FilesTree,
  records: RunRecords,
): vscode.Disposable => {
  const showInTree = (id: string): Promise<void> => revealFile(view, tree, id);
  const choose = async (): Promise<ListedFile[]> => {
    const file = await pickFile(services, ({ id }) => void showInTree(id));
    return file ? [file] : [];
  };
  const targets = (args: readonly unknown[]): readonly Node[] => targetsOf(args, view.selection);
  /** Without a chosen file, the palette offers all of them. */
  const chosenFiles = async (args: readonly unknown[]): Promise<ListedFile[]> => {
    const files = filesOf(targets(args));
    return files.length > 0 ? files : choose();
  };
  /** Files, and all files of messages and chats that are chosen with them; each once. */
  const chosenForDownload = async (args: readonly unknown[]): Promise<ListedFile[]> => {
    const { registry, user } = await services.interpreter();
    const files = targets(args).flatMap((node): ListedFile[] => {
      switch (node.kind) {
        case 'message':
          return registry.listMessageFiles(user, node.message.key.chatId, node.message.key.messageId);
        case 'chat':
          return Object.values(registry.listChatFiles(user, node.chat.chat_id).messages).flat();
        default:
          return filesOf([node]);
      }
    });
    return [...new Map(files.map((file) => [file.id, file])).values()];
  };
  const on = (id: string, handler: (args: readonly unknown[]) => Promise<unknown>): vscode.Disposable =>
    registerCommand(services, `codeInterpreter.${id}`, (...args) => handler(args));

  return vscode.Disposable.from(
    on('openFile', async (args) => {
      // A click in the tree leaves the focus there, as in the explorer: the next key is for the tree.
      for (const file of await chosenFiles(args)) {
        await openFile(services, file, args.length > 0);
      }
    }),
    on('findFile', async () => {
      for (const file of await choose()) {
        await openFile(services, file);
      }
    }),
    on('download', async (args) => {
      const files = await chosenForDownload(args);
      return download(services, files.length > 0 ? files : await choose());
    }),
    on('downloadAll', async (args) => {
      const message = messageOf(targets(args)[0]);
      const files = await chosenForDownload(message ? [message] : args);
      return download(services, files.length > 0 ? files : await choose());
    }),
    on('downloadZip', async (args) => {
      const files = await chosenForDownload(args);
      const [first] = targets(args);
      const request = files.length > 0 ? { files, title: titleOf(first) } : await pickForZip(services);
      return request && downloadZip(services, request);
    }),
    on('revealFile', async (args) => {
      const interpreter = await services.interpreter();
      for (const file of await chosenFiles(args)) {
        const { path } = interpreter.registry.openContent(interpreter.user, file.id);
        await revealPath(path);
      }
    }),
    on('copyPath', async (args) => {
      const { registry, user } = await services.interpreter();
      const nodes = targets(args);
      const others = nodes.flatMap((node) => {
        switch (node.kind) {
          case 'attachment':
            return [join(node.message.message.path, node.attachment.record.relativePath)];
          case 'message':
            return [node.message.path];
          default:
            return [];
        }
      });
      const files = others.length > 0 ? filesOf(nodes) : await chosenFiles(args);
      await copyLines([...others, ...files.map(({ id }) => registry.openContent(user, id).path)]);
    }),
    on('copyVirtualPath', async (args) => {
      const { registry, user } = await services.interpreter();
      const nodes = targets(args);
      const others = nodes.flatMap((node) => {
        switch (node.kind) {
          case 'attachment':
            return [`/mnt/data/${node.attachment.record.relativePath}`];
          case 'live':
            return [`/mnt/data/${node.live.relativePath}`];
          default:
            return [];
        }
      });
      const files = others.length > 0 ? filesOf(nodes) : await chosenFiles(args);
      await copyLines([...others, ...files.map(({ id }) => registry.getGeneratedFile(user, id).path)]);
    }),
    on('compareVersion', async (args) => {
      const node = targets(args).find(({ kind }) => kind === 'version');
      if (node?.kind === 'version') {
        const { file: current } = node.current;
        await vscode.commands.executeCommand(
          'vscode.diff',
          fileUri(node.file.id, node.file.name),
          fileUri(current.id, current.name),
          vscode.l10n.t('{0}: an earlier version and the current one', current.name),
        );
      } else {
        say(vscode.l10n.t('Choose an earlier version of a file in the tree first.'));
      }
    }),
    on('deleteFile', async (args) => {
      await deleteNodes(services, targets(args));
    }),
    on('showRun', async (args) => {
      const message = messageOf(targets(args)[0]);
      if (!message) {
        say(vscode.l10n.t('Choose a message in the tree first.'));
        return;
      }
      await records.show(message.message.key);
      return undefined;
    }),
  );
};
