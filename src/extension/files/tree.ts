// The tree: chat -> message -> attachments and files, live as runs go on.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { Interpreter } from '../../core/interpreter.ts';
import { sameKey } from '../runs/liveRuns.ts';
import type { Services } from '../services.ts';
import { sizeText } from '../names.ts';
import { fileUri } from '../uris.ts';
import { nodeId, type MessageNode, type Node } from './nodes.ts';

export interface FilesTree extends vscode.TreeDataProvider<Node>, DisposableLike {
  refresh(): void;
}

/** The time, with the day unless it is today. */
const timeText = (time: number): string => {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], isToday ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' });
};

const labelOf = ({ label }: vscode.TreeItem): string => (typeof label === 'string' ? label : (label?.label ?? ''));

export const createFilesTree = (services: Services): FilesTree => {
  const emitter = new vscode.EventEmitter<Node | undefined>();
  const isRunning = (node: MessageNode): boolean =>
    services.liveRuns.all().some((run) => sameKey(run.key, node.message.key));
  let timer: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      emitter.fire(undefined);
    }, 150);
  };
  let running = 0;
  const listeners = [
    services.onDidChangeFiles(refresh),
    services.liveRuns.onDidChange(() => {
      const now = services.liveRuns.all().length;
      if (now !== running) {
        running = now;
        refresh();
      }
    }),
  ];

  const chats = (interpreter: Interpreter): Node[] =>
    interpreter.registry.listChats(interpreter.user).map((chat) => ({ kind: 'chat', chat }));

  const messages = (interpreter: Interpreter, node: Extract<Node, { kind: 'chat' }>): Node[] =>
    interpreter.registry
      .listWorkspaces({ user: interpreter.user, chatId: node.chat.chat_id })
      .map((message) => ({ kind: 'message', message, chat: node.chat }));

  const contents = (interpreter: Interpreter, node: MessageNode): Node[] => {
    const { key, path } = node.message;
    const attachments = interpreter.registry.listAttachments(node.message).map(({ record }): Node => ({
      kind: 'attachment',
      name: record.relativePath,
      path: join(path, record.relativePath),
      size: record.size,
      message: node,
    }));
    const files = interpreter.registry
      .listMessageFiles(key.user, key.chatId, key.messageId)
      .map((file): Node => ({ kind: 'file', file, message: node }));
    return [...attachments, ...files];
  };

  const item = (node: Node): vscode.TreeItem => {
    switch (node.kind) {
      case 'chat': {
        const found = new vscode.TreeItem(
          node.chat.title ?? node.chat.chat_id,
          vscode.TreeItemCollapsibleState.Expanded,
        );
        found.description = vscode.l10n.t('{0} files', node.chat.total_files);
        found.iconPath = new vscode.ThemeIcon('comment-discussion');
        found.tooltip = node.chat.chat_id;
        return found;
      }
      case 'message': {
        const { message } = node;
        const label = message.label ?? message.key.messageId;
        const found = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
        found.description = timeText(message.lastUsedAt);
        found.iconPath = isRunning(node) ? new vscode.ThemeIcon('sync~spin') : new vscode.ThemeIcon('comment');
        found.tooltip = new vscode.MarkdownString().appendText(`${message.key.messageId}\n${message.path}`);
        return found;
      }
      case 'attachment': {
        const found = new vscode.TreeItem(node.name);
        found.resourceUri = vscode.Uri.file(node.path);
        found.iconPath = new vscode.ThemeIcon('attach');
        found.description = sizeText(node.size);
        found.tooltip = vscode.l10n.t('Attached: /mnt/data/{0}', node.name);
        found.command = {
          title: vscode.l10n.t('Open'),
          command: 'vscode.open',
          arguments: [vscode.Uri.file(node.path)],
        };
        return found;
      }
      case 'file': {
        const { file } = node;
        const found = new vscode.TreeItem(file.name);
        found.resourceUri = fileUri(file.id, file.name);
        found.description = `${sizeText(file.size)} · ${timeText(Date.parse(file.created_at))}`;
        found.tooltip = `${file.format}, ${file.size} B\n${file.created_at}`;
        found.command = { title: vscode.l10n.t('Open'), command: 'codeInterpreter.openFile', arguments: [node] };
        return found;
      }
    }
  };

  return {
    onDidChangeTreeData: emitter.event,
    refresh,
    getTreeItem: (node) => {
      const found = item(node);
      found.id = nodeId(node);
      found.contextValue = node.kind;
      // Without it a screen reader is given the tooltip.
      found.accessibilityInformation = { label: `${labelOf(found)}, ${String(found.description)}` };
      return found;
    },
    getChildren: async (node) => {
      const interpreter = await services.interpreter();
      switch (node?.kind) {
        case undefined:
          return chats(interpreter);
        case 'chat':
          return messages(interpreter, node);
        case 'message':
          return contents(interpreter, node);
        default:
          return [];
      }
    },
    getParent: (node) => {
      switch (node.kind) {
        case 'chat':
          return undefined;
        case 'message':
          return { kind: 'chat', chat: node.chat };
        default:
          return node.message;
      }
    },
    dispose: () => {
      clearTimeout(timer);
      emitter.dispose();
      vscode.Disposable.from(...listeners).dispose();
    },
  };
};
