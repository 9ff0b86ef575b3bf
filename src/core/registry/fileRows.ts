// Rows of generated files and their versions, and how they are told to callers.
import { join, posix } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../dataFolder.ts';
import { outsideText, integerColumn, textColumn } from './columns.ts';
import type { GeneratedFile, ListedFile } from './fileRecord.ts';
import type { Database } from './sqlite.ts';

const fileRow = v.object({
  file: integerColumn,
  version: integerColumn,
  message: integerColumn,
  file_id: textColumn,
  owner: outsideText,
  chat_id: outsideText,
  message_id: outsideText,
  folder: textColumn,
  path: textColumn,
  size: integerColumn,
  sha256: textColumn,
  format: textColumn,
  mime_type: textColumn,
  status: v.picklist(['created', 'modified']),
  modified_at: integerColumn,
  kept_at: integerColumn,
  created_at: integerColumn,
  run_id: textColumn,
});
export type FileRow = v.InferOutput<typeof fileRow>;

const COLUMNS = `
  f.id AS file, v.id AS version, f.message, f.file_id, f.owner, c.chat_id, m.message_id, m.folder, f.path, f.size, f.sha256,
  f.format, f.mime_type, v.status, v.modified_at, v.kept_at, f.created_at, r.run_id`;
const JOINED = `
  version v JOIN file f ON f.id = v.file JOIN run r ON r.id = v.run JOIN message m ON m.id = f.message JOIN chat c ON c.id = m.chat`;

const listRow = v.object({
  file_id: textColumn,
  path: textColumn,
  size: integerColumn,
  format: textColumn,
  mime_type: textColumn,
  created_at: integerColumn,
  message_id: outsideText,
});

/** Files by id, each as the latest run left it; what is in the trash is not there. */
export const findFile = (database: Database, fileId: string): FileRow | undefined =>
  database.get(
    fileRow,
    `SELECT ${COLUMNS} FROM ${JOINED} WHERE f.file_id = $id AND f.trashed_at IS NULL ORDER BY v.id DESC LIMIT 1`,
    { id: fileId },
  );

/** The file that these bytes at this path are already, if any, be it in the trash: a run that makes it again takes it out. */
export const findSameFile = (
  database: Database,
  same: { readonly message: number; readonly path: string; readonly sha256: string },
): FileRow | undefined =>
  database.get(
    fileRow,
    `SELECT ${COLUMNS} FROM ${JOINED} WHERE f.message = $message AND f.path = $path AND f.sha256 = $sha256 ORDER BY v.id DESC LIMIT 1`,
    { ...same },
  );

/** All versions of a path, the latest first; a content that came back is listed once, at its latest time. */
export const versionsOfPath = (database: Database, message: number, path: string): FileRow[] =>
  database.all(
    fileRow,
    `SELECT ${COLUMNS} FROM ${JOINED}
     WHERE f.trashed_at IS NULL AND v.id IN (SELECT max(id) FROM version WHERE message = $message AND path = $path GROUP BY file)
     ORDER BY v.id DESC`,
    { message, path },
  );

/** Files of a user that are in the trash, each as the latest run left it, the latest deleted first. */
export const listTrashed = (database: Database, owner: string): (FileRow & { readonly trashed_at: number })[] =>
  database.all(
    v.object({ ...fileRow.entries, trashed_at: integerColumn }),
    `SELECT ${COLUMNS}, f.trashed_at FROM ${JOINED}
     WHERE f.owner = $owner AND f.trashed_at IS NOT NULL AND v.id = (SELECT max(id) FROM version WHERE file = f.id)
     ORDER BY f.trashed_at DESC, v.id DESC`,
    { owner },
  );

/** The id of the latest version of a path, 0 where it has none. */
export const latestVersion = (database: Database, message: number, path: string): number =>
  database.get(
    v.object({ id: integerColumn }),
    `SELECT coalesce(max(v.id), 0) AS id FROM version v JOIN file f ON f.id = v.file
     WHERE v.message = $message AND v.path = $path AND f.trashed_at IS NULL`,
    { message, path },
  )?.id ?? 0;

/** Counts the current files of a message anew, inside a transaction. */
export const countFiles = (database: Database, message: number): void => {
  database.run(
    `UPDATE message SET files = (
       SELECT count(DISTINCT v.path) FROM version v JOIN file f ON f.id = v.file WHERE v.message = $message AND f.trashed_at IS NULL
     ) WHERE id = $message`,
    { message },
  );
};

/** Kept files with these bytes. */
export const sameContent = (database: Database, sha256: string): { id: string; size: number; sha256: string }[] =>
  database
    .all(
      v.object({ file_id: textColumn, size: integerColumn }),
      'SELECT file_id, size FROM file WHERE sha256 = $sha256 ORDER BY id LIMIT 3',
      { sha256 },
    )
    .map(({ file_id, size }) => ({ id: file_id, size, sha256 }));

/** Files of one message with these bytes, of any version of any path. */
export const keptContent = (database: Database, message: number, sha256: string): { id: string; size: number }[] =>
  database
    .all(
      v.object({ file_id: textColumn, size: integerColumn }),
      'SELECT file_id, size FROM file WHERE message = $message AND sha256 = $sha256 AND trashed_at IS NULL',
      { message, sha256 },
    )
    .map(({ file_id, size }) => ({ id: file_id, size }));

const LISTED = `
  SELECT f.file_id, f.path, f.size, f.format, f.mime_type, f.created_at, m.message_id
  FROM (SELECT max(v.id) AS id FROM version v JOIN file f ON f.id = v.file
      WHERE v.message IN (%) AND f.trashed_at IS NULL GROUP BY v.message, v.path) latest
    JOIN version v ON v.id = latest.id JOIN file f ON f.id = v.file JOIN message m ON m.id = f.message
  ORDER BY f.message, f.id`;
const MESSAGES_OF_CHAT =
  'SELECT m.id FROM chat c JOIN message m ON m.chat = c.id WHERE c.owner = $owner AND c.chat_id = $chat';

/** Current versions of one message; ids as they are stored. */
export const listOfMessage = (
  database: Database,
  key: { readonly owner: string; readonly chat: string; readonly message: string },
): v.InferOutput<typeof listRow>[] =>
  database.all(listRow, LISTED.replace('%', `${MESSAGES_OF_CHAT} AND m.message_id = $message`), { ...key });

/** Current versions of all messages of a chat, message by message. */
export const listOfChat = (
  database: Database,
  key: { readonly owner: string; readonly chat: string },
): v.InferOutput<typeof listRow>[] => database.all(listRow, LISTED.replace('%', MESSAGES_OF_CHAT), { ...key });

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The address of a file, which VS Code opens; a hostile name can't leave its segment. */
const urlOf = (id: string, name: string): string =>
  `code-interpreter:/files/${id}/${encodeURIComponent(name.toWellFormed())}`;

/** @param chatId - as the caller gave it */
export const toListedFile = (row: v.InferOutput<typeof listRow>, chatId: string): ListedFile => {
  const name = posix.basename(row.path);
  const url = urlOf(row.file_id, name);
  return {
    id: row.file_id,
    name,
    size: row.size,
    format: row.format,
    mime_type: row.mime_type,
    created_at: iso(row.created_at),
    message_id: row.message_id,
    chat_id: chatId,
    url,
    download_url: url,
  };
};

export const toGeneratedFile = (data: DataFolder, row: FileRow): GeneratedFile => ({
  ...toListedFile(row, row.chat_id),
  path: `/mnt/data/${row.path}`,
  status: row.status,
  extension: posix.extname(row.path).toLowerCase(),
  relative_path: row.path,
  full_path: join(data.generated, row.file_id),
  modified_at: iso(row.modified_at),
  source: 'code_execution',
  generated_at: iso(row.kept_at),
  original_workspace_path: join(data.uploads, row.folder, ...row.path.split('/')),
  workspace_id: row.folder,
  run_id: row.run_id,
  sha256: row.sha256,
});
