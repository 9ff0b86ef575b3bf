// The children of each node, as the registry has them now. Of ten thousand messages only a page is listed; older ones when they are
// asked for.
import type { Interpreter } from '../../core/interpreter.ts';
import type { LiveFile } from '../../core/run/liveFiles.ts';
import { nodeId, type ChatNode, type FileNode, type MessageNode, type Node, type OlderNode } from './nodes.ts';

/** Chats, or messages of a chat, on one page. */
export const pageSize = 200;
/** Chats are open at first, the latest ones, until so many messages are shown. */
const messagesOpenAtFirst = 300;
/** The latest messages of an open chat show their files at first. */
const filesOpenAtFirst = 3;

export interface TreeModel {
  /** The nodes below one; the chats below nothing. Also brings the nodes up to date that were given before. */
  children(interpreter: Interpreter, node: Node | undefined): Node[];
  /** A node that was given before. */
  find(id: string): Node | undefined;
  /** Chats of the first page as they were given last, in order. */
  chatOrder(): readonly string[];
}

/** @param liveFiles - what runs are at in a message, by its row id */
export const createTreeModel = (liveFiles: (message: number) => readonly LiveFile[]): TreeModel => {
  const known = new Map<string, Node>();
  let order: readonly string[] = [];

  /** The node that was given before, brought up to date; else this one. */
  const same = <Kind extends Node>(fresh: Kind): Kind => {
    const id = nodeId(fresh);
    const before = known.get(id);
    if (before) {
      return Object.assign(before as Kind, fresh);
    }
    known.set(id, fresh);
    return fresh;
  };

  const older = (chat: ChatNode | undefined, from: number, most: number): OlderNode =>
    same({ kind: 'older', chat, from, most });

  const chatPage = ({ registry, user }: Interpreter, from: number): ChatNode[] => {
    let shown = 0;
    return registry.listChats(user, { from, most: pageSize }).map((chat, index) => {
      const isOpenAtFirst =
        from === 0 && (index === 0 || shown + Math.min(chat.messages, pageSize) <= messagesOpenAtFirst);
      shown += Math.min(chat.messages, pageSize);
      return same({ kind: 'chat', chat, isOpenAtFirst });
    });
  };

  const chats = (interpreter: Interpreter): Node[] => {
    const count = interpreter.registry.countChats(interpreter.user);
    const page = chatPage(interpreter, 0);
    order = page.map(({ chat }) => chat.chat_id);
    const groups: Node[] = [];
    for (let from = pageSize; from < count; from += pageSize) {
      groups.push(older(undefined, from, Math.min(pageSize, count - from)));
    }
    return [...page, ...groups];
  };

  /** The latest first. */
  const messagePage = (
    { registry, user }: Interpreter,
    chat: ChatNode,
    parent: ChatNode | OlderNode,
    page: { from: number; most?: number },
  ): MessageNode[] =>
    registry
      .listWorkspaces({ user, chatId: chat.chat.chat_id, ...page })
      .toReversed()
      .map((message, index) =>
        same({ kind: 'message', message, parent, isOpenAtFirst: parent.kind === 'chat' && index < filesOpenAtFirst }),
      );

  /** Groups are counted from the oldest message, so that they stay what they are while new ones come. */
  const messages = (interpreter: Interpreter, chat: ChatNode): Node[] => {
    const groups = Math.max(0, Math.floor(chat.chat.messages / pageSize) - 1);
    const page = messagePage(interpreter, chat, chat, { from: groups * pageSize });
    return [
      ...page,
      ...Array.from({ length: groups }, (_, index) => older(chat, (groups - 1 - index) * pageSize, pageSize)),
    ];
  };

  const contents = ({ registry }: Interpreter, message: MessageNode): Node[] => {
    const files = registry.listForTree(message.message);
    // At a run's end they are kept one by one.
    const kept = new Set(files.filter((file) => file.is_new).map(({ path }) => path));
    const live = liveFiles(message.message.id).filter(({ relativePath }) => !kept.has(`/mnt/data/${relativePath}`));
    return [
      ...live.map((one) => same({ kind: 'live', message, live: one })),
      ...registry
        .listAttachments(message.message)
        .map((attachment) => same({ kind: 'attachment', message, attachment })),
      ...files.map((file) => same({ kind: 'file', message, file })),
    ];
  };

  const versions = ({ registry, user }: Interpreter, current: FileNode): Node[] =>
    registry
      .listVersions(user, current.file.id)
      .slice(1)
      .map((file): Node => same({ kind: 'version', current, file }));

  return {
    children: (interpreter, node) => {
      switch (node?.kind) {
        case undefined:
          return chats(interpreter);
        case 'chat':
          return messages(interpreter, node);
        case 'older':
          return node.chat ? messagePage(interpreter, node.chat, node, node) : chatPage(interpreter, node.from);
        case 'message':
          return contents(interpreter, node);
        case 'file':
          return node.file.versions > 1 ? versions(interpreter, node) : [];
        default:
          return [];
      }
    },
    find: (id) => known.get(id),
    chatOrder: () => order,
  };
};
