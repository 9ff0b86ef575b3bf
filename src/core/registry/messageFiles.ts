// The files of one message as a tree shows them: what the last run made, what was not opened yet, how many versions there are.
import * as v from 'valibot';
import type { Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { flagColumn, integerColumn, outsideText, textColumn } from './columns.ts';
import type { ListedFile } from './fileRecord.ts';
import { findFile, toListedFile } from './fileRows.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';

/** The current version of a path; snake_case like everything that is listed. */
export interface MessageFile extends ListedFile {
  /** `/mnt/data/...` */
  path: string;
  status: 'created' | 'modified';
  modified_at: string;
  /** Whether the message's last run left it and nobody opened it since. */
  is_new: boolean;
  /** How many versions of the path are kept. */
  versions: number;
}

export interface MessageFiles {
  /** Current files of a message, by path. */
  listForTree(message: Pick<Workspace, 'id' | 'key'>): MessageFile[];
  /** Notes that a file was opened. Nothing for one that is not there, or another user's. */
  markSeen(user: string, id: string): void;
  /** Current files of all messages whose path, chat or message holds all of the words, the latest first. */
  searchFiles(user: string, words: readonly string[], most: number): MessageFile[];
}

const row = v.object({
  file_id: textColumn,
  path: textColumn,
  size: integerColumn,
  format: textColumn,
  mime_type: textColumn,
  created_at: integerColumn,
  chat_id: outsideText,
  message_id: outsideText,
  status: v.picklist(['created', 'modified']),
  modified_at: integerColumn,
  is_new: flagColumn,
  versions: integerColumn,
});

const toFile = (found: v.InferOutput<typeof row>): MessageFile => ({
  ...toListedFile(found, found.chat_id),
  path: `/mnt/data/${found.path}`,
  status: found.status,
  modified_at: new Date(found.modified_at).toISOString(),
  is_new: found.is_new,
  versions: found.versions,
});

const COLUMNS = `
  f.file_id, f.path, f.size, f.format, f.mime_type, f.created_at, c.chat_id, m.message_id, v.status, v.modified_at,
  v.seen = 0 AND v.run = (SELECT max(id) FROM run WHERE message = m.id) AS is_new, latest.versions`;
const JOINED = `version v ON v.id = latest.id JOIN file f ON f.id = v.file JOIN message m ON m.id = f.message JOIN chat c ON c.id = m.chat`;

/** A word for LIKE, in which `%`, `_` and `\\` stand for themselves. */
const containing = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

export const createMessageFiles = (database: Database, changes: Changes): MessageFiles => ({
  listForTree: ({ id: message }) =>
    database
      .all(
        row,
        `SELECT ${COLUMNS}
         FROM (SELECT max(v.id) AS id, count(DISTINCT v.file) AS versions FROM version v JOIN file f ON f.id = v.file
             WHERE v.message = $message AND f.trashed_at IS NULL GROUP BY v.path) latest
           JOIN ${JOINED}
         ORDER BY f.path`,
        { message },
      )
      .map(toFile),
  markSeen: (user, id) => {
    const found = findFile(database, id);
    if (found?.owner !== user) {
      return;
    }
    const isSeen = database.get(
      v.object({ id: integerColumn }),
      'SELECT id FROM version WHERE id = $version AND seen = 1',
      { version: found.version },
    );
    if (!isSeen) {
      changes.change(() => database.run('UPDATE version SET seen = 1 WHERE id = $version', { version: found.version }));
    }
  },
  searchFiles: (user, words, most) => {
    const named = words.map((word, index) => [`word${index}`, containing(toStoredText(word))] as const);
    const conditions = named.map(
      ([name]) =>
        `AND f.path || ' ' || coalesce(m.label, m.message_id) || ' ' || coalesce(c.title, c.chat_id) LIKE $${name} ESCAPE '\\'`,
    );
    return database
      .all(
        row,
        `SELECT ${COLUMNS}
         FROM (SELECT max(v.id) AS id, count(DISTINCT v.file) AS versions FROM version v JOIN file f ON f.id = v.file
             WHERE f.owner = $owner AND f.trashed_at IS NULL GROUP BY v.message, v.path) latest
           JOIN ${JOINED}
         WHERE 1 ${conditions.join(' ')} ORDER BY v.id DESC LIMIT $most`,
        { owner: toStoredText(user), most, ...Object.fromEntries(named) },
      )
      .map(toFile);
  },
});
