// What the tree shows: chats, their messages, a message's attachments and files, and the earlier versions of a file.
import { posix } from 'node:path';
import type { AttachmentRow, ChatSummary, MessageFile, WorkspaceSummary } from '../../core/registry/registry.ts';
import type { GeneratedFile, ListedFile } from '../../core/registry/fileRecord.ts';
import type { LiveFile } from '../../core/run/liveFiles.ts';

/** A node is one object for as long as the tree lives: VS Code knows it by identity. What it shows is brought up to date in it. */
export interface ChatNode {
  readonly kind: 'chat';
  chat: ChatSummary;
  isOpenAtFirst: boolean;
}

/** A group of chats, or of a chat's messages, that are listed when it is opened. */
export interface OlderNode {
  readonly kind: 'older';
  readonly chat: ChatNode | undefined;
  readonly from: number;
  readonly most: number;
}

export interface MessageNode {
  readonly kind: 'message';
  message: WorkspaceSummary;
  parent: ChatNode | OlderNode;
  isOpenAtFirst: boolean;
}

export interface AttachmentNode {
  readonly kind: 'attachment';
  readonly message: MessageNode;
  attachment: AttachmentRow;
}

export interface FileNode {
  readonly kind: 'file';
  readonly message: MessageNode;
  file: MessageFile;
}

export interface VersionNode {
  readonly kind: 'version';
  readonly current: FileNode;
  readonly file: GeneratedFile;
}

/** A file that a run is at: not kept yet. */
export interface LiveNode {
  readonly kind: 'live';
  readonly message: MessageNode;
  live: LiveFile;
}

export type Node = ChatNode | OlderNode | MessageNode | AttachmentNode | FileNode | VersionNode | LiveNode;

/** Stable over refreshes and restarts: `reveal` and the tree's memory of what is open need it. */
export const nodeId = (node: Node): string => {
  switch (node.kind) {
    case 'chat':
      return `chat ${node.chat.chat_id}`;
    case 'older':
      return `older ${node.from} ${node.chat?.chat.chat_id ?? ''}`;
    case 'message':
      return `message ${node.message.id}`;
    case 'attachment':
      return `attachment ${node.attachment.id}`;
    // By its path: a file keeps its place when a run changes it.
    case 'file':
      return `file ${node.message.message.id} ${node.file.path}`;
    case 'version':
      return `version ${node.file.id}`;
    case 'live':
      return `live ${node.message.message.id} ${node.live.relativePath}`;
  }
};

/** Where a node is; `reveal` asks. */
export const parentOf = (node: Node): Node | undefined => {
  switch (node.kind) {
    case 'chat':
      return undefined;
    case 'older':
      return node.chat;
    case 'message':
      return node.parent;
    case 'version':
      return node.current;
    default:
      return node.message;
  }
};

/** The message that a node is, or is in. */
export const messageOf = (node: Node | undefined): MessageNode | undefined => {
  switch (node?.kind) {
    case 'message':
      return node;
    case 'attachment':
    case 'file':
    case 'live':
      return node.message;
    case 'version':
      return node.current.message;
    default:
      return undefined;
  }
};

/** The words that name what a node is of: its message, or its chat; empty for others. */
export const titleOf = (node: Node | undefined): string => {
  const message = messageOf(node);
  if (message) {
    return message.message.label ?? message.message.key.messageId;
  }
  return node?.kind === 'chat' ? (node.chat.title ?? posix.basename(node.chat.chat_id)) : '';
};

/** The kept files among nodes, versions too. */
export const filesOf = (nodes: readonly Node[]): ListedFile[] =>
  nodes.flatMap((node) => (node.kind === 'file' || node.kind === 'version' ? [node.file] : []));

export const attachmentsOf = (nodes: readonly Node[]): AttachmentNode[] =>
  nodes.filter((node) => node.kind === 'attachment');

const kinds: readonly unknown[] = [
  'chat',
  'older',
  'message',
  'attachment',
  'file',
  'version',
  'live',
] satisfies Node['kind'][];

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(value.kind);

/** The nodes a command is about: what the menu was opened on with all that is selected with it, else the tree's own selection. */
export const targetsOf = (args: readonly unknown[], selection: readonly Node[]): readonly Node[] => {
  const [clicked, selected] = args;
  if (Array.isArray(selected) && selected.length > 0) {
    return selected.filter(isNode);
  }
  return isNode(clicked) ? [clicked] : selection;
};
