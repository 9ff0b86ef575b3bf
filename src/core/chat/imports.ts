// Conversations exported from other programs, as chats and as transcripts.
import { causeOf, CodedError } from '../errors.ts';
import { chatgpt } from './imports/chatgpt.ts';
import { claude } from './imports/claude.ts';
import { librechat } from './imports/librechat.ts';
import { openWebui } from './imports/openWebui.ts';
import type { ImportedAttachment, ImportedChat, Importer } from './imports/types.ts';
import { vscode } from './imports/vscode.ts';
import { labelOfMessages } from './labels.ts';
import type { Conversation } from './transcript.ts';

export type { ImportedAttachment, ImportedChat, ImportedMessage } from './imports/types.ts';

const importers: readonly Importer[] = [chatgpt, claude, openWebui, librechat, vscode];

export interface Imported {
  /** The program that wrote the export. */
  readonly origin: Importer['origin'];
  readonly chats: readonly ImportedChat[];
  /** Conversations that could not be read, by their place in the export, with the cause in one line. */
  readonly skipped: readonly { readonly index: number; readonly cause: string }[];
}

const parse = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ''));
  } catch (error) {
    throw new CodedError('transcript.unreadable', { path, cause: causeOf(error) }, { cause: error });
  }
};

/**
 * Reads an export of ChatGPT, Claude, Open WebUI, LibreChat or VS Code; which one it is shows in the file. A conversation that
 * can't be read is named, and the others are there. `path` is for the error.
 * @throws CodedError `transcript.unreadable`
 */
export const importChats = (text: string, path: string): Imported => {
  const json = parse(text, path);
  for (const { origin, conversationsIn, read } of importers) {
    const conversations = conversationsIn(json);
    if (!conversations) {
      continue;
    }
    const chats: ImportedChat[] = [];
    const skipped: { index: number; cause: string }[] = [];
    for (const [index, conversation] of conversations.entries()) {
      try {
        const chat = read(conversation);
        chats.push({ ...chat, title: chat.title || (labelOfMessages(chat.messages) ?? '') });
      } catch (error) {
        skipped.push({ index, cause: causeOf(error) });
      }
    }
    return { origin, chats, skipped };
  }
  throw new CodedError('transcript.unreadable', { path, cause: 'not an export of a known program' });
};

/** A link to a file beside the transcript, whatever folder its name claims. */
const linkTo = ({ name }: ImportedAttachment): string => {
  const fileName = (name.toWellFormed().split(/[/\\]/u).at(-1) ?? '').replaceAll(/\p{Cc}+/gu, ' ');
  const label = fileName.replaceAll(/[\\[\]`*_<>!]/gu, String.raw`\$&`);
  return `[${label}](<${encodeURIComponent(fileName).replaceAll('%20', ' ')}>)`;
};

/** An imported chat as what a transcript is written from: the files of a request become links under its text. */
export const conversationOf = ({ chatId, title, messages }: ImportedChat): Conversation => ({
  chatId,
  title,
  messages: messages.map(({ messageId, role, text, attachments }) => ({
    messageId,
    role,
    text: attachments.length === 0 ? text : `${text}\n\n${attachments.map(linkTo).join('\n')}`,
  })),
});
