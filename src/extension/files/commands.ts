// The commands on the tree's items; each works from its menu, the palette and the keyboard.
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import type { RunRecords } from '../runs/runRecords.ts';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';
import { download } from './download.ts';
import { targetsOf, type FileNode, type MessageNode, type Node } from './nodes.ts';
import { openFile } from './open.ts';

/** Without a selected file, the palette offers all of them. */
const chooseFile = async (services: Services): Promise<ListedFile[]> => {
  const interpreter = await services.interpreter();
  const files = interpreter.registry
    .listChats(interpreter.user)
    .flatMap((chat) =>
      Object.values(interpreter.registry.listChatFiles(interpreter.user, chat.chat_id).messages).flat(),
    );
  const chosen = await vscode.window.showQuickPick(
    files.map((file) => ({ label: file.name, description: file.chat_id, detail: file.created_at, file })),
    { placeHolder: vscode.l10n.t('Which file?'), canPickMany: false },
  );
  return chosen ? [chosen.file] : [];
};

const filesOf = (nodes: readonly Node[]): ListedFile[] =>
  nodes.filter((node): node is FileNode => node.kind === 'file').map(({ file }) => file);

const messageOf = (nodes: readonly Node[]): MessageNode | undefined => {
  const [node] = nodes;
  switch (node?.kind) {
    case 'message':
      return node;
    case 'file':
    case 'attachment':
      return node.message;
    default:
      return undefined;
  }
};

/** Registers the commands of the tree. */
export const registerFileCommands = (
  services: Services,
  view: vscode.TreeView<Node>,
  records: RunRecords,
): vscode.Disposable => {
  const chosenFiles = async (args: readonly unknown[]): Promise<ListedFile[]> => {
    const files = filesOf(targetsOf(args, view.selection));
    return files.length > 0 ? files : chooseFile(services);
  };
  const chosenMessage = (args: readonly unknown[]): MessageNode | undefined =>
    messageOf(targetsOf(args, view.selection));
  const on = (id: string, handler: (args: readonly unknown[]) => Promise<unknown>): vscode.Disposable =>
    registerCommand(services, `codeInterpreter.${id}`, (...args) => handler(args));

  return vscode.Disposable.from(
    on('openFile', async (args) => {
      for (const file of await chosenFiles(args)) {
        await openFile(services, file);
      }
    }),
    on('download', async (args) => download(services, await chosenFiles(args))),
    on('downloadAll', async (args) => {
      const message = chosenMessage(args);
      const { registry } = await services.interpreter();
      const files = message
        ? registry.listMessageFiles(message.message.key.user, message.message.key.chatId, message.message.key.messageId)
        : await chooseFile(services);
      return download(services, files);
    }),
    on('revealFile', async (args) => {
      const interpreter = await services.interpreter();
      for (const file of await chosenFiles(args)) {
        const { path } = interpreter.registry.openContent(interpreter.user, file.id);
        await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(path));
      }
    }),
    on('copyPath', async (args) => {
      const interpreter = await services.interpreter();
      const paths = (await chosenFiles(args)).map(
        ({ id }) => interpreter.registry.openContent(interpreter.user, id).path,
      );
      await vscode.env.clipboard.writeText(paths.join('\n'));
    }),
    on('copyVirtualPath', async (args) => {
      const interpreter = await services.interpreter();
      const files = await chosenFiles(args);
      const paths = files.map(({ id }) => interpreter.registry.getGeneratedFile(interpreter.user, id).path);
      await vscode.env.clipboard.writeText(paths.join('\n'));
    }),
    on('deleteFile', async (args) => {
      const interpreter = await services.interpreter();
      const files = await chosenFiles(args);
      const remove = vscode.l10n.t('Delete');
      const names = files.map(({ name }) => name).join(', ');
      const answer = await vscode.window.showWarningMessage(vscode.l10n.t('Delete {0} for good?', names), remove);
      if (answer === remove) {
        for (const { id } of files) {
          interpreter.registry.forgetFile(interpreter.user, id);
        }
        services.filesChanged();
      }
    }),
    on('showRun', async (args) => {
      const message = chosenMessage(args);
      if (message) {
        await records.show(message.message.key);
      }
    }),
  );
};
