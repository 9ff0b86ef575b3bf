// Chats, messages and the folder that each message has.
import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../dataFolder.ts';
import { causeOf, CodedError, isCoded } from '../errors.ts';
import { chooseFolderName, foldName } from '../workspace/folderNames.ts';
import type { MessageKey, Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { flagColumn, outsideText, integerColumn, optionalOutsideText, textColumn } from './columns.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';
import { writeWorkspaceRecord, type WorkspaceRecord } from './workspaceRecords.ts';

/** A workspace with what a list shows. Times are epoch milliseconds. */
export interface WorkspaceSummary extends Workspace {
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly pinned: boolean;
  readonly label: string | null;
  /** Current generated files. */
  readonly files: number;
}

export interface WorkspaceFilter {
  readonly user?: string;
  readonly chatId?: string;
  readonly messageId?: string;
  /** Only those that changed after a count of changes (see {@link Changes.dataVersion}). */
  readonly changedAfter?: number;
  /** How many to leave out, and how many to list at most: a page. */
  readonly from?: number;
  readonly most?: number;
}

/** A page of a list. */
export interface Page {
  readonly from?: number;
  readonly most?: number;
}

/** A chat in a list; snake_case and ISO times by contract. */
export interface ChatSummary {
  chat_id: string;
  title: string | null;
  created_at: string;
  updated_at: string;
  messages: number;
  total_files: number;
}

export interface Workspaces {
  /**
   * The message's workspace. At its first call the message gets its rows and its folder name; the folder itself (0700) is made
   * at each call where it is missing (a cleanup may have removed it).
   * @throws CodedError `data.notWritable`, `registry.failed`
   */
  workspaceFor(key: MessageKey): Workspace;
  findWorkspace(key: MessageKey): Workspace | undefined;
  /** Oldest first. */
  listWorkspaces(filter?: WorkspaceFilter): WorkspaceSummary[];
  /** Most recently used first; all of them unless a page is asked for. */
  listChats(user: string, page?: Page): ChatSummary[];
  countChats(user: string): number;
  /** The ids of chats that changed after a count of changes, be it only one of their messages. */
  changedChats(user: string, changedAfter: number): string[];
  /** Names a message that has a workspace, and its chat; nothing for others. What is not given stays. */
  describeMessage(key: MessageKey, words: { readonly label?: string; readonly chatTitle?: string }): void;
  /** A pinned workspace is never cleaned up. Nothing for a message without a workspace. */
  pin(key: MessageKey, pinned: boolean): void;
}

/** How stale "last used" may get before it is worth a transaction. */
const USE_GRANULARITY = 60_000;

const messageRow = v.object({
  id: integerColumn,
  owner: outsideText,
  chat_id: outsideText,
  message_id: outsideText,
  folder: textColumn,
  label: optionalOutsideText,
  title: optionalOutsideText,
  pinned: flagColumn,
  files: integerColumn,
  created_at: integerColumn,
  last_used_at: integerColumn,
});
type MessageRow = v.InferOutput<typeof messageRow>;

const chatRow = v.object({
  chat_id: outsideText,
  title: optionalOutsideText,
  created_at: integerColumn,
  updated_at: integerColumn,
  messages: integerColumn,
  total_files: integerColumn,
});

const SELECT_MESSAGE = `
  SELECT m.id, m.owner, c.chat_id, m.message_id, m.folder, m.label, c.title, m.pinned, m.files, m.created_at, m.last_used_at
  FROM chat c JOIN message m ON m.chat = c.id`;

export const createWorkspaces = (database: Database, changes: Changes, data: DataFolder): Workspaces => {
  const toWorkspace = (row: MessageRow): Workspace => ({
    id: row.id,
    key: { user: row.owner, chatId: row.chat_id, messageId: row.message_id },
    folder: row.folder,
    path: join(data.uploads, row.folder),
  });

  const find = ({ user, chatId, messageId }: MessageKey): MessageRow | undefined =>
    database.get(
      messageRow,
      `${SELECT_MESSAGE} WHERE c.owner = $owner AND c.chat_id = $chat AND m.message_id = $message`,
      { owner: toStoredText(user), chat: toStoredText(chatId), message: toStoredText(messageId) },
    );

  const isFolderInUse = (name: string): boolean =>
    database.get(v.object({ id: integerColumn }), 'SELECT id FROM message WHERE folded_folder = $folded', {
      folded: foldName(name),
    }) !== undefined;

  const record = (row: MessageRow): void => {
    writing(data, () => {
      writeWorkspaceRecord(data, recordOf(row));
    });
  };

  const create = (key: MessageKey): Workspace => {
    const now = Date.now();
    const made: string[] = [];
    try {
      return changes.change(() => {
        const known = find(key);
        if (known) {
          return toWorkspace(known);
        }
        const chat = ensureChat(database, key, now);
        const folder = chooseFolderName(key, (name) => {
          if (isFolderInUse(name) || !takeFolder(data, name)) {
            return true;
          }
          made.push(name);
          return false;
        });
        insertMessage(database, { key, chat, folder, at: now });
        const row = find(key);
        if (!row) {
          throw new CodedError('registry.failed', { cause: 'the new message is not there' });
        }
        record(row);
        return toWorkspace(row);
      });
    } catch (error) {
      for (const name of made) {
        removeEmptyFolder(join(data.uploads, name));
      }
      throw error;
    }
  };

  const update = (key: MessageKey, work: (row: MessageRow) => void): void => {
    changes.change(() => {
      const row = find(key);
      if (row) {
        work(row);
        const after = find(key);
        if (after) {
          record(after);
        }
      }
    });
  };

  return {
    workspaceFor: (key) => {
      const row = find(key);
      if (!row) {
        return create(key);
      }
      const workspace = toWorkspace(row);
      ensureFolder(workspace.path);
      const now = Date.now();
      if (Math.abs(now - row.last_used_at) > USE_GRANULARITY) {
        changes.change(() => {
          touchMessage(database, row.id, now);
        });
      }
      return workspace;
    },
    findWorkspace: (key) => {
      const row = find(key);
      return row && toWorkspace(row);
    },
    listWorkspaces: ({ user, chatId, messageId, changedAfter, from = 0, most = -1 } = {}) => {
      const conditions = [
        user === undefined ? [] : ['c.owner = $owner'],
        chatId === undefined ? [] : ['c.chat_id = $chat'],
        messageId === undefined ? [] : ['m.message_id = $message'],
        changedAfter === undefined ? [] : ['m.changed > $changed'],
      ].flat();
      const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
      return database
        .all(messageRow, `${SELECT_MESSAGE}${where} ORDER BY m.id LIMIT $most OFFSET $from`, {
          most,
          from,
          ...(user !== undefined && { owner: toStoredText(user) }),
          ...(chatId !== undefined && { chat: toStoredText(chatId) }),
          ...(messageId !== undefined && { message: toStoredText(messageId) }),
          ...(changedAfter !== undefined && { changed: changedAfter }),
        })
        .map((row) => ({
          ...toWorkspace(row),
          createdAt: row.created_at,
          lastUsedAt: row.last_used_at,
          pinned: row.pinned,
          label: row.label,
          files: row.files,
        }));
    },
    listChats: (user, { from = 0, most = -1 } = {}) =>
      database
        .all(
          chatRow,
          // The page first, then its sums: of ten thousand chats only those that are shown are counted.
          `SELECT c.chat_id, c.title, c.created_at, c.updated_at, count(m.id) AS messages, coalesce(sum(m.files), 0) AS total_files
           FROM (SELECT * FROM chat WHERE owner = $owner ORDER BY updated_at DESC, id DESC LIMIT $most OFFSET $from) c
             LEFT JOIN message m ON m.chat = c.id
           GROUP BY c.id ORDER BY c.updated_at DESC, c.id DESC`,
          { owner: toStoredText(user), from, most },
        )
        .map((row) => ({
          ...row,
          created_at: new Date(row.created_at).toISOString(),
          updated_at: new Date(row.updated_at).toISOString(),
        })),
    countChats: (user) =>
      database.get(v.object({ count: integerColumn }), 'SELECT count(*) AS count FROM chat WHERE owner = $owner', {
        owner: toStoredText(user),
      })?.count ?? 0,
    changedChats: (user, changedAfter) =>
      database
        .all(
          v.object({ chat_id: outsideText }),
          `SELECT chat_id FROM chat WHERE owner = $owner AND id IN (
             SELECT id FROM chat WHERE changed > $changed UNION SELECT chat FROM message WHERE changed > $changed
           )`,
          { owner: toStoredText(user), changed: changedAfter },
        )
        .map(({ chat_id: id }) => id),
    describeMessage: (key, { label, chatTitle }) => {
      const row = find(key);
      const same =
        (label === undefined || label === row?.label) && (chatTitle === undefined || chatTitle === row?.title);
      if (!row || same) {
        return;
      }
      update(key, ({ id }) => {
        if (label !== undefined) {
          database.run('UPDATE message SET label = $label WHERE id = $id', { id, label: toStoredText(label) });
        }
        if (chatTitle !== undefined) {
          const title = toStoredText(chatTitle);
          database.run('UPDATE chat SET title = $title WHERE id = (SELECT chat FROM message WHERE id = $id)', {
            id,
            title,
          });
        }
      });
    },
    pin: (key, pinned) => {
      update(key, ({ id }) => {
        database.run('UPDATE message SET pinned = $pinned WHERE id = $id', { id, pinned: pinned ? 1 : 0 });
      });
    },
  };
};

/** The row id of a key's chat, made where it is missing. */
export const ensureChat = (database: Database, { user, chatId }: MessageKey, at: number): number => {
  const row = { owner: toStoredText(user), chat: toStoredText(chatId) };
  const known = database.get(
    v.object({ id: integerColumn }),
    'SELECT id FROM chat WHERE owner = $owner AND chat_id = $chat',
    row,
  );
  return (
    known?.id ??
    database.run('INSERT INTO chat (owner, chat_id, created_at, updated_at) VALUES ($owner, $chat, $at, $at)', {
      ...row,
      at,
    }).lastId
  );
};

export interface NewMessage {
  readonly key: MessageKey;
  /** Row id. */
  readonly chat: number;
  readonly folder: string;
  readonly at: number;
}

/** The row id of the new message. */
export const insertMessage = (database: Database, { key, chat, folder, at }: NewMessage): number =>
  database.run(
    `INSERT INTO message (owner, chat, message_id, folder, folded_folder, created_at, last_used_at)
     VALUES ($owner, $chat, $message, $folder, $folded, $at, $at)`,
    {
      owner: toStoredText(key.user),
      chat,
      message: toStoredText(key.messageId),
      folder,
      folded: foldName(folder),
      at,
    },
  ).lastId;

/** Notes that a message and its chat were used. */
export const touchMessage = (database: Database, message: number, at: number): void => {
  database.run('UPDATE message SET last_used_at = $at WHERE id = $message', { message, at });
  database.run('UPDATE chat SET updated_at = $at WHERE id = (SELECT chat FROM message WHERE id = $message)', {
    message,
    at,
  });
};

const recordOf = (row: MessageRow): WorkspaceRecord => ({
  user: row.owner,
  chat_id: row.chat_id,
  message_id: row.message_id,
  workspace_id: row.folder,
  chat_title: row.title,
  label: row.label,
  pinned: row.pinned,
  created_at: new Date(row.created_at).toISOString(),
});

const writing = <T>(data: DataFolder, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw isCoded(error)
      ? error
      : new CodedError('data.notWritable', { folder: data.root, cause: causeOf(error) }, { cause: error });
  }
};

/** Makes the folder, or takes over one that is there but empty (a crash before its row); false when it holds someone's files. */
const takeFolder = (data: DataFolder, name: string): boolean =>
  writing(data, () => {
    const path = join(data.uploads, name);
    try {
      mkdirSync(path, { mode: 0o700 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    if (!removeEmptyFolder(path)) {
      return false;
    }
    mkdirSync(path, { mode: 0o700 });
    return true;
  });

const removeEmptyFolder = (path: string): boolean => {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
};

const ensureFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!lstatSync(path).isDirectory()) {
      throw new Error(`${path} is not a folder any more`);
    }
  } catch (error) {
    throw new CodedError('data.notWritable', { folder: path, cause: causeOf(error) }, { cause: error });
  }
};
