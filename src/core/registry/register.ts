// Rows made again from what lies beside the kept files.
import * as v from 'valibot';
import { isCoded } from '../errors.ts';
import type { Log } from '../log.ts';
import { foldName } from '../workspace/folderNames.ts';
import type { MessageKey } from '../workspace/messageKey.ts';
import { outsideText, integerColumn, textColumn } from './columns.ts';
import { findFile } from './fileRows.ts';
import { addVersion } from './keepFile.ts';
import { findRun } from './runs.ts';
import type { Sidecar, SidecarRun } from './sidecar.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';
import { ensureChat, insertMessage } from './workspaces.ts';
import type { WorkspaceRecord } from './workspaceRecords.ts';

const messageRow = v.object({
  id: integerColumn,
  owner: outsideText,
  chat_id: outsideText,
  message_id: outsideText,
  folder: textColumn,
});

const SELECT = `SELECT m.id, m.owner, c.chat_id, m.message_id, m.folder FROM chat c JOIN message m ON m.chat = c.id`;

/** The row id of the message, made where it is missing; `undefined` when folder and key do not belong together in the database. */
const ensureMessage = (database: Database, key: MessageKey, folder: string, at: number): number | undefined => {
  const byFolder = database.get(messageRow, `${SELECT} WHERE m.folded_folder = $folded`, { folded: foldName(folder) });
  if (byFolder) {
    const isSame =
      byFolder.folder === folder &&
      byFolder.owner === key.user &&
      byFolder.chat_id === key.chatId &&
      byFolder.message_id === key.messageId;
    return isSame ? byFolder.id : undefined;
  }
  const chat = ensureChat(database, key, at);
  const byKey = database.get(messageRow, `${SELECT} WHERE m.chat = $chat AND m.message_id = $message`, {
    chat,
    message: toStoredText(key.messageId),
  });
  return byKey ? undefined : insertMessage(database, { key, chat, folder, at });
};

/** Inside a transaction. False when the folder or the message is another one's by now. */
export const registerWorkspace = (database: Database, record: WorkspaceRecord): boolean => {
  const key = { user: record.user, chatId: record.chat_id, messageId: record.message_id };
  const message = ensureMessage(database, key, record.workspace_id, Date.parse(record.created_at));
  if (message === undefined) {
    return false;
  }
  database.run('UPDATE message SET label = coalesce(label, $label), pinned = $pinned WHERE id = $message', {
    message,
    label: record.label === null ? null : toStoredText(record.label),
    pinned: record.pinned ? 1 : 0,
  });
  database.run(
    'UPDATE chat SET title = coalesce($title, title) WHERE id = (SELECT chat FROM message WHERE id = $message)',
    { message, title: record.chat_title === null ? null : toStoredText(record.chat_title) },
  );
  return true;
};

/** A run that only kept files tell of: how it ended is not known, but it has ended. */
const ensureRun = (database: Database, run: SidecarRun, message: number, owner: string): void => {
  if (findRun(database, run.id)) {
    return;
  }
  const startedAt = Date.parse(run.started_at);
  database.run(
    `INSERT INTO run (run_id, owner, message, code, language, kernel, started_at, ended_at)
     VALUES ($run, $owner, $message, $code, $language, $kernel, $started, $started)`,
    {
      run: run.id,
      owner: toStoredText(owner),
      message,
      code: toStoredText(run.code),
      language: run.language,
      kernel: run.kernel,
      started: startedAt,
    },
  );
  for (const { path, sha256 } of run.inputs) {
    database.run(
      `INSERT INTO run_input (run, path, sha256) SELECT id, $path, $sha256 FROM run WHERE run_id = $run
       ON CONFLICT (run, path) DO NOTHING`,
      { run: run.id, path, sha256 },
    );
  }
};

/**
 * Registers kept files from their sidecars, in one transaction each, in the order of time over all of them, so that the current
 * version of each path is the one that it was.
 * @param isThere - whether the content is (still) there and whole, asked inside the transaction
 * @returns how many were registered
 */
export const registerSidecars = (
  database: Database,
  sidecars: readonly Sidecar[],
  isThere: (sidecar: Sidecar) => boolean,
  log: Log,
): number => {
  const versions = sidecars
    .flatMap((sidecar) =>
      sidecar.versions.map((version) => ({ sidecar, version, at: Date.parse(version.generated_at) })),
    )
    .sort((a, b) => a.at - b.at);
  const registered = new Set<string>();
  const refused = new Set<string>();
  database.write(() => {
    for (const { sidecar, version, at } of versions) {
      if (refused.has(sidecar.id)) {
        continue;
      }
      const message = registered.has(sidecar.id)
        ? findFile(database, sidecar.id)?.message
        : registerFile(database, sidecar, isThere);
      if (message === undefined) {
        refused.add(sidecar.id);
        log.warn(
          `${sidecar.id} was not registered: it is not whole, known already, or its folder is another message's`,
        );
        continue;
      }
      registered.add(sidecar.id);
      ensureRun(database, version.run, message, sidecar.user);
      const file = database.get(v.object({ id: integerColumn }), 'SELECT id FROM file WHERE file_id = $id', {
        id: sidecar.id,
      });
      addVersion(database, {
        file: file?.id ?? 0,
        message,
        path: sidecar.relative_path,
        runId: version.run.id,
        status: version.status,
        modifiedAt: Date.parse(version.modified_at),
        keptAt: at,
      });
    }
  });
  return registered.size;
};

/** The row id of its message; `undefined` when it can't be registered. */
const registerFile = (
  database: Database,
  sidecar: Sidecar,
  isThere: (sidecar: Sidecar) => boolean,
): number | undefined => {
  if (findFile(database, sidecar.id) !== undefined || !isThere(sidecar)) {
    return undefined;
  }
  const key = { user: sidecar.user, chatId: sidecar.chat_id, messageId: sidecar.message_id };
  const at = Date.parse(sidecar.created_at);
  const message = ensureMessage(database, key, sidecar.workspace_id, at);
  if (message === undefined) {
    return undefined;
  }
  try {
    database.run(
      `INSERT INTO file (file_id, owner, message, path, size, sha256, format, mime_type, created_at)
       VALUES ($id, $owner, $message, $path, $size, $sha256, $format, $mime, $at)`,
      {
        id: sidecar.id,
        owner: toStoredText(sidecar.user),
        message,
        path: sidecar.relative_path,
        size: sidecar.size,
        sha256: sidecar.sha256,
        format: sidecar.format,
        mime: sidecar.mime_type,
        at,
      },
    );
  } catch (error) {
    if (isCoded(error, 'registry.failed')) {
      return undefined;
    }
    throw error;
  }
  return message;
};
