// Keeping a file for good: content and sidecar first, rows second.
//
// 1. stage    the bytes of one version of the file, hashed, on disk
// 2. reserve  an id, in a row that says who is at it (what a crash leaves half done is found by it)
// 3. place    sidecar, then content, under the id; durable
// 4. register the rows, in one transaction that also ends the reservation
// A failure before 4 removes what 3 did. A crash before 4 leaves a whole file that the next start registers, or no file.
import { relative, sep } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../dataFolder.ts';
import { causeOf, CodedError, isCoded } from '../errors.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { integerColumn } from './columns.ts';
import type { ContentStore, Staged } from './contentStore.ts';
import type { GeneratedFile } from './fileRecord.ts';
import {
  countFiles,
  findFile,
  findSameFile,
  latestVersion,
  sameContent,
  toGeneratedFile,
  type FileRow,
} from './fileRows.ts';
import type { ProcessIdentity } from './processIdentity.ts';
import { findRun, inputsOf } from './runs.ts';
import type { Sidecar } from './sidecar.ts';
import type { Database } from './sqlite.ts';
import type { StagedCopy } from './stableCopy.ts';
import { toStoredText } from './storedText.ts';

export interface FileToKeep {
  readonly workspace: Workspace;
  /** A run that has begun. */
  readonly runId: string;
  /** Absolute; a regular file inside the workspace. */
  readonly sourcePath: string;
  /** As it is shown, from the workspace's root, separated by `/`. */
  readonly relativePath: string;
  readonly status: 'created' | 'modified';
  readonly format: string;
  readonly mimeType: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Of the version to keep, where it was hashed already: content that is kept already is then not read again. */
  readonly knownSha256?: string;
}

export interface KeepServices {
  readonly database: Database;
  readonly changes: Changes;
  readonly store: ContentStore;
  readonly data: DataFolder;
  readonly process: ProcessIdentity;
}

/**
 * Keeps one version of a file. The same bytes at the same path of the same message are one file whatever run made them: the id
 * is given again, and tells the latest run; each run that left them there stays known (`version` rows, sidecar).
 * @throws CodedError `file.unstable`, `file.unreadable`, `file.unwritable`, `registry.failed`, `cancelled`; nothing is left of it then
 */
export const keepFile = async (
  services: KeepServices,
  file: FileToKeep,
  signal?: AbortSignal,
): Promise<GeneratedFile> => {
  const staged = (await stageKnown(services, file)) ?? (await stageCopy(services, file, signal));
  try {
    const row = await keepStaged(services, file, staged);
    return toGeneratedFile(services.data, row);
  } catch (error) {
    throw isCoded(error)
      ? error
      : new CodedError('file.unwritable', { path: shownPath(file), cause: causeOf(error) }, { cause: error });
  } finally {
    await services.store.discard(staged);
  }
};

const shownPath = ({ relativePath }: FileToKeep): string => `/mnt/data/${relativePath}`;

const stageKnown = async ({ database, store }: KeepServices, file: FileToKeep): Promise<Staged | undefined> => {
  const [twin] = file.knownSha256 === undefined ? [] : sameContent(database, file.knownSha256);
  return twin && (await store.stageLink(twin));
};

/** Equal content becomes a second name of what is kept already, where the disk can. */
const stageCopy = async (
  { database, store }: KeepServices,
  file: FileToKeep,
  signal: AbortSignal | undefined,
): Promise<Staged> => {
  const root = file.workspace.path;
  const inside = relative(root, file.sourcePath);
  if (inside === '' || inside.split(sep)[0] === '..') {
    throw new CodedError('file.unreadable', { path: shownPath(file), cause: 'it is not in the workspace' });
  }
  const relativePath = inside.split(sep).join('/');
  const staged = await store.stage({ root, relativePath, shownPath: shownPath(file) }, signal);
  for (const twin of sameContent(database, staged.sha256)) {
    const linked = await store.stageLink(twin);
    if (linked) {
      await store.discard(staged);
      return linked;
    }
  }
  return staged;
};

const keepStaged = async (services: KeepServices, file: FileToKeep, staged: Staged): Promise<FileRow> => {
  const same = findSameFile(services.database, {
    message: file.workspace.id,
    path: file.relativePath,
    sha256: staged.sha256,
  });
  return same ? keepAgain(services, file, staged, same) : keepNew(services, file, staged);
};

const keepNew = async (services: KeepServices, file: FileToKeep, staged: Staged): Promise<FileRow> => {
  const { database, store } = services;
  const keptAt = Date.now();
  const id = reserve(services, file.workspace.folder, staged.sha256);
  let outcome: { readonly isSame: boolean; readonly row: FileRow };
  try {
    await store.place(staged, newSidecar(database, { file, id, staged, keptAt }));
    outcome = register(services, { file, id, staged, keptAt });
  } catch (error) {
    dropReserved(services, id);
    throw error;
  }
  if (!outcome.isSame) {
    return outcome.row;
  }
  // Another process kept the same bytes at the same path in the meantime.
  dropReserved(services, id);
  return keepAgain(services, file, undefined, outcome.row);
};

interface NewFile {
  readonly file: FileToKeep;
  readonly id: string;
  readonly staged: StagedCopy;
  /** Epoch milliseconds. */
  readonly keptAt: number;
}

const register = (
  { database, changes, store }: KeepServices,
  { file, id, staged, keptAt }: NewFile,
): { readonly isSame: boolean; readonly row: FileRow } =>
  changes.change(() => {
    const message = file.workspace.id;
    const same = findSameFile(database, { message, path: file.relativePath, sha256: staged.sha256 });
    if (same) {
      return { isSame: true, row: same };
    }
    const { lastId } = database.run(
      `INSERT INTO file (file_id, owner, message, path, size, sha256, format, mime_type, created_at)
       VALUES ($id, $owner, $message, $path, $size, $sha256, $format, $mime, $at)`,
      {
        id,
        owner: toStoredText(file.workspace.key.user),
        message,
        path: file.relativePath,
        size: staged.size,
        sha256: staged.sha256,
        format: file.format,
        mime: file.mimeType,
        at: keptAt,
      },
    );
    addVersion(database, { file: lastId, message, path: file.relativePath, keptAt, ...file });
    database.run('DELETE FROM pending WHERE file_id = $id', { id });
    noteStamp(database, store.stamp());
    return { isSame: false, row: rowOf(database, id) };
  });

/** Takes back what was placed under an id. What fails here too (a full disk) is done by the next start. */
const dropReserved = ({ database, store }: KeepServices, id: string): void => {
  try {
    store.remove(id);
    database.write(() => database.run('DELETE FROM pending WHERE file_id = $id', { id }));
  } catch {
    // The reservation stays, and says that the id is not done.
  }
};

const keepAgain = async (
  services: KeepServices,
  file: FileToKeep,
  staged: Staged | undefined,
  same: FileRow,
): Promise<FileRow> => {
  const { database, changes, store } = services;
  const isWhole = store.isWhole({ id: same.file_id, size: same.size });
  const isCurrent = latestVersion(database, same.message, same.path) === same.version && same.run_id === file.runId;
  if (isWhole && isCurrent) {
    return same;
  }
  const keptAt = Date.now();
  const sidecar = await currentSidecar(services, file, same);
  sidecar.versions.push(newVersion(database, file, keptAt));
  await (isWhole || !staged ? store.writeSidecar(sidecar) : store.place(staged, sidecar));
  return changes.change(() => {
    addVersion(database, { file: same.file, message: same.message, path: same.path, keptAt, ...file });
    const { changes: takenOut } = database.run(
      'UPDATE file SET trashed_at = NULL WHERE id = $file AND trashed_at IS NOT NULL',
      { file: same.file },
    );
    if (takenOut > 0) {
      countFiles(database, same.message);
    }
    noteStamp(database, store.stamp());
    return rowOf(database, same.file_id);
  });
};

const currentSidecar = async (services: KeepServices, file: FileToKeep, same: FileRow): Promise<Sidecar> => {
  try {
    return await services.store.readSidecar(same.file_id);
  } catch {
    const staged = { size: same.size, sha256: same.sha256 };
    return {
      ...newSidecar(services.database, { file, id: same.file_id, staged, keptAt: same.created_at }),
      versions: [],
    };
  }
};

const rowOf = (database: Database, id: string): FileRow => {
  const row = findFile(database, id);
  if (!row) {
    throw new CodedError('registry.failed', { cause: `the new row of ${id} is not there` });
  }
  return row;
};

const oneId = v.object({ id: integerColumn });

/** An id that nothing has: no row, no reservation, no file on disk. */
const reserve = ({ database, store, process }: KeepServices, folder: string, sha256: string): string =>
  database.write(() => {
    const plain = fileIdOf(folder, sha256);
    for (let attempt = 1; ; attempt += 1) {
      const id = attempt === 1 ? plain : `${plain}-${attempt}`;
      const known = database.get(
        oneId,
        'SELECT id FROM file WHERE file_id = $id UNION ALL SELECT id FROM pending WHERE file_id = $id',
        { id },
      );
      if (!known && !store.isTaken(id)) {
        beginPending(database, { id, work: 'keep', process });
        return id;
      }
    }
  });

/** `code_gen_<folder>_<first 16 hex of the sha256>`. */
export const fileIdOf = (folder: string, sha256: string): string => `code_gen_${folder}_${sha256.slice(0, 16)}`;

/** Says that this process is at a file, until the row is deleted. */
export const beginPending = (
  database: Database,
  { id, work, process }: { readonly id: string; readonly work: 'keep' | 'forget'; readonly process: ProcessIdentity },
): void => {
  database.run(
    `INSERT OR REPLACE INTO pending (file_id, work, host, pid, process_start, since)
     VALUES ($id, $work, $host, $pid, $start, $since)`,
    { id, work, host: process.host, pid: process.pid, start: process.start, since: Date.now() },
  );
};

/** Remembers what the store looks like when all of it is registered: the next start looks through it only when it differs. */
export const noteStamp = (database: Database, stamp: string): void => {
  database.run('INSERT OR REPLACE INTO meta (name, value) VALUES ($name, $stamp)', { name: 'store', stamp });
};

export interface NewVersion {
  /** Row id. */
  readonly file: number;
  readonly message: number;
  readonly path: string;
  readonly runId: string;
  readonly status: 'created' | 'modified';
  readonly modifiedAt: number;
  readonly keptAt: number;
}

/** Adds a version, which becomes the current one of its path; inside a transaction. */
export const addVersion = (database: Database, version: NewVersion): void => {
  const { file, message, path, runId, status, modifiedAt, keptAt } = version;
  const isFirst = latestVersion(database, message, path) === 0;
  const { changes } = database.run(
    `INSERT INTO version (file, message, path, run, status, modified_at, kept_at)
     SELECT $file, $message, $path, id, $status, $modified, $kept FROM run WHERE run_id = $run`,
    { file, message, path, run: runId, status, modified: Math.floor(modifiedAt), kept: keptAt },
  );
  if (changes === 0) {
    throw new CodedError('registry.failed', { cause: `there is no run ${runId}` });
  }
  database.run('UPDATE message SET files = files + $first WHERE id = $message', { message, first: isFirst ? 1 : 0 });
  database.run(
    'UPDATE chat SET updated_at = max(updated_at, $kept) WHERE id = (SELECT chat FROM message WHERE id = $message)',
    { message, kept: keptAt },
  );
};

const newSidecar = (database: Database, { file, id, staged, keptAt }: NewFile): Sidecar => {
  const { user, chatId, messageId } = file.workspace.key;
  return {
    sidecar: 1,
    id,
    source: 'code_execution',
    user,
    chat_id: chatId,
    message_id: messageId,
    workspace_id: file.workspace.folder,
    relative_path: file.relativePath,
    size: staged.size,
    sha256: staged.sha256,
    format: file.format,
    mime_type: file.mimeType,
    created_at: new Date(keptAt).toISOString(),
    versions: [newVersion(database, file, keptAt)],
  };
};

const newVersion = (database: Database, file: FileToKeep, keptAt: number): Sidecar['versions'][number] => {
  const run = findRun(database, file.runId);
  if (!run) {
    throw new CodedError('registry.failed', { cause: `there is no run ${file.runId}` });
  }
  return {
    status: file.status,
    modified_at: new Date(Math.floor(file.modifiedAt)).toISOString(),
    generated_at: new Date(keptAt).toISOString(),
    run: {
      id: run.runId,
      language: run.language,
      kernel: run.kernelName,
      started_at: new Date(run.startedAt).toISOString(),
      code: run.code,
      inputs: inputsOf(database, file.runId),
    },
  };
};
