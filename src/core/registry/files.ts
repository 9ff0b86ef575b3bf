// Generated files as callers ask for them: the only way that any surface reads files, with the owner checked here.
import { CodedError } from '../errors.ts';
import type { Attachments } from './attachments.ts';
import type { GeneratedFile, ListedFile } from './fileRecord.ts';
import {
  findFile,
  keptContent,
  listOfChat,
  listOfMessage,
  toGeneratedFile,
  toListedFile,
  versionsOfPath,
  type FileRow,
} from './fileRows.ts';
import { forgetFiles } from './forgetFiles.ts';
import { keepFile, type FileToKeep, type KeepServices } from './keepFile.ts';
import { toStoredText } from './storedText.ts';
import type { Workspace } from '../workspace/messageKey.ts';

/** A chat's current files, message by message; snake_case by contract. */
export interface ChatFiles {
  chat_id: string;
  total_files: number;
  messages: Record<string, ListedFile[]>;
}

export interface Files {
  /** See {@link keepFile}. */
  keepFile(file: FileToKeep, signal?: AbortSignal): Promise<GeneratedFile>;
  /** The current version of each path, in the order in which their bytes were first kept; empty for a message that is not there or another user's. */
  listMessageFiles(user: string, chatId: string, messageId: string): ListedFile[];
  /** The same for each message of a chat that has files, oldest message first. */
  listChatFiles(user: string, chatId: string): ChatFiles;
  /**
   * All versions of the path that a file is a version of, the latest first.
   * @throws as {@link Files.getGeneratedFile}
   */
  listVersions(user: string, id: string): GeneratedFile[];
  /** @throws CodedError `file.notFound` (not there, or another user's), `file.forbidden` (an attachment: not generated) */
  getGeneratedFile(user: string, id: string): GeneratedFile;
  /** Whether {@link Files.getGeneratedFile} would give it. */
  isKept(user: string, id: string): boolean;
  /**
   * A file with the path of its kept bytes, which are read-only and there with their size.
   * @throws as {@link Files.getGeneratedFile}, and CodedError `file.damaged`
   */
  openContent(user: string, id: string): { readonly file: GeneratedFile; readonly path: string };
  /**
   * Reads all of the kept bytes and compares size and sha256.
   * @throws as {@link Files.openContent}, and CodedError `cancelled`
   */
  verifyContent(user: string, id: string, signal?: AbortSignal): Promise<void>;
  /** Whether some version of some file of the message has these bytes, and they are there with their size. */
  isContentKept(message: Pick<Workspace, 'id'>, content: { readonly sha256: string; readonly size: number }): boolean;
  /**
   * Deletes one version for good; an earlier version of its path becomes the current one.
   * @throws as {@link Files.getGeneratedFile}
   */
  forgetFile(user: string, id: string): void;
}

export const createFiles = (services: KeepServices, attachments: Attachments): Files => {
  const { database, store, data } = services;

  const owned = (user: string, id: string): FileRow => {
    const row = findFile(database, id);
    if (row?.owner === user) {
      return row;
    }
    throw attachments.isAttachment(user, id)
      ? new CodedError('file.forbidden', { id })
      : new CodedError('file.notFound', { id });
  };

  const openContent = (user: string, id: string): { file: GeneratedFile; path: string } => {
    const row = owned(user, id);
    if (!store.isWhole({ id, size: row.size })) {
      throw new CodedError('file.damaged', { id, cause: `its ${row.size} bytes are not there any more` });
    }
    return { file: toGeneratedFile(data, row), path: store.contentPath(id) };
  };

  return {
    keepFile: (file, signal) => keepFile(services, file, signal),
    listMessageFiles: (user, chatId, messageId) =>
      listOfMessage(database, {
        owner: toStoredText(user),
        chat: toStoredText(chatId),
        message: toStoredText(messageId),
      }).map((row) => toListedFile(row, chatId)),
    listChatFiles: (user, chatId) => {
      const rows = listOfChat(database, { owner: toStoredText(user), chat: toStoredText(chatId) });
      const messages = new Map<string, ListedFile[]>();
      for (const row of rows) {
        const file = toListedFile(row, chatId);
        const list = messages.get(row.message_id);
        if (list) {
          list.push(file);
        } else {
          messages.set(row.message_id, [file]);
        }
      }
      // `fromEntries` defines properties: a message may be called `__proto__`.
      return { chat_id: chatId, total_files: rows.length, messages: Object.fromEntries(messages) };
    },
    listVersions: (user, id) => {
      const row = owned(user, id);
      return versionsOfPath(database, row.message, row.path).map((version) => toGeneratedFile(data, version));
    },
    getGeneratedFile: (user, id) => toGeneratedFile(data, owned(user, id)),
    isKept: (user, id) => findFile(database, id)?.owner === user,
    openContent,
    verifyContent: async (user, id, signal) => {
      const { file } = openContent(user, id);
      await store.verify({ id, size: file.size, sha256: file.sha256 }, signal);
    },
    isContentKept: ({ id }, { sha256, size }) =>
      keptContent(database, id, sha256).some((kept) => kept.size === size && store.isWhole(kept)),
    forgetFile: (user, id) => {
      forgetFiles(services, () => [owned(user, id)]);
    },
  };
};
