// Conversations from the exports of other programs.
import type { Role } from '../transcript/types.ts';

export interface ImportedAttachment {
  readonly name: string;
  /** Where the export says it is: a path, a `file:` URL, or an id of the program's own; `null` where it does not say. */
  readonly source: string | null;
}

export interface ImportedMessage {
  /** The id of its turn: the request's own id, shared by the replies to it. */
  readonly messageId: string;
  readonly role: Role;
  /** Markdown. */
  readonly text: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string | null;
  readonly attachments: readonly ImportedAttachment[];
}

export interface ImportedChat {
  readonly chatId: string;
  readonly title: string;
  readonly createdAt: string | null;
  readonly messages: readonly ImportedMessage[];
}

/** Reads one kind of export. */
export interface Importer {
  readonly origin: 'ChatGPT' | 'Claude' | 'LibreChat' | 'Open WebUI' | 'VS Code';
  /** The conversations in an export of this kind, still unread; `null` for anything else. */
  readonly conversationsIn: (json: unknown) => readonly unknown[] | null;
  /** @throws ValiError where the conversation has not the shape that the program writes */
  readonly read: (conversation: unknown) => ImportedChat;
}
