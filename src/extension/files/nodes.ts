// What the tree shows: chats, their messages, a message's attachments and files.
import type { ChatSummary, WorkspaceSummary } from '../../core/registry/registry.ts';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';

export type Node =
  | { readonly kind: 'chat'; readonly chat: ChatSummary }
  | { readonly kind: 'message'; readonly message: WorkspaceSummary; readonly chat: ChatSummary }
  | {
      readonly kind: 'attachment';
      readonly name: string;
      readonly path: string;
      readonly size: number;
      readonly message: MessageNode;
    }
  | { readonly kind: 'file'; readonly file: ListedFile; readonly message: MessageNode };

export type MessageNode = Extract<Node, { kind: 'message' }>;
export type FileNode = Extract<Node, { kind: 'file' }>;

/** Stable over refreshes and restarts: `reveal` and the tree's memory of what is open need it. */
export const nodeId = (node: Node): string => {
  switch (node.kind) {
    case 'chat':
      return `chat ${node.chat.chat_id}`;
    case 'message':
      return `message ${node.message.id}`;
    case 'attachment':
      return `attachment ${node.message.message.id} ${node.name}`;
    case 'file':
      return `file ${node.file.id}`;
  }
};

export const keyOfNode = (node: MessageNode): MessageKey => node.message.key;

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'kind' in value;

/** The nodes a command is about: what the menu was opened on, all selected with it, else the tree's own selection. */
export const targetsOf = (args: readonly unknown[], selection: readonly Node[]): readonly Node[] => {
  const [clicked, selected] = args;
  if (Array.isArray(selected) && selected.length > 0) {
    return selected.filter(isNode);
  }
  return isNode(clicked) ? [clicked] : selection;
};
