// Opening registry.sqlite: settings of the connection, migrations, a newer or a damaged file.
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { delay } from '../async.ts';
import type { DataFolder } from '../dataFolder.ts';
import { CodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { migrations } from './schema.ts';
import { isBusy, isDamage, loadSqlite, toCoded, wrapConnection, type Database } from './sqlite.ts';

/** The longest wait for another process's transaction, milliseconds. */
const BUSY_TIMEOUT = 5000;

export interface OpenedDatabase {
  readonly database: Database;
  /** Whether it was made now: there was none, or the old one was damaged. */
  readonly isNew: boolean;
}

/**
 * Opens the registry's database, makes it where there is none, and brings an older one up to date. A damaged one is moved aside and kept.
 * @throws CodedError `registry.unavailable`, `registry.newer`, `registry.failed`, `data.notWritable`
 */
export const openDatabase = async (data: DataFolder, log: Log): Promise<OpenedDatabase> => {
  const sqlite = await loadSqlite();
  const open = (): Promise<OpenedDatabase> => openOnce(data, (path) => new sqlite.DatabaseSync(path));
  try {
    return await open();
  } catch (error) {
    if (!isDamage(error)) {
      throw toCoded(error, data.root);
    }
    log.warn(`the registry is damaged: ${String(error)}`);
  }
  return await withRecoveryLock(data, async () => {
    try {
      // Another process may have made it good while this one waited.
      return await open();
    } catch (error) {
      if (!isDamage(error)) {
        throw toCoded(error, data.root);
      }
    }
    log.warn(`the damaged registry was moved to ${moveAside(data)}; it is rebuilt from the kept files`);
    return await open();
  });
};

const markerOf = (data: DataFolder): string => join(data.root, 'registry.damaged');

const openOnce = async (data: DataFolder, connect: (path: string) => DatabaseSync): Promise<OpenedDatabase> => {
  refuseNewer(data.registry, storedVersion(data.registry));
  const connection = connect(data.registry);
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    refuseNewer(data.registry, versionOf(connection));
    await setJournal(connection);
    checkMarked(data, connection);
    const isNew = migrate(data.registry, connection);
    const database = wrapConnection(connection, data.registry, () => {
      writeFileSync(markerOf(data), '');
    });
    return { database, isNew };
  } catch (error) {
    connection.close();
    throw error;
  }
};

/** The version in the file's header, big-endian at byte 60 (https://www.sqlite.org/fileformat.html#user_version_number), read without touching the file. */
const storedVersion = (path: string): number => {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return 0;
  }
  try {
    const header = Buffer.alloc(100);
    const length = readSync(file, header, 0, header.length, 0);
    return length === header.length && header.toString('latin1', 0, 15) === 'SQLite format 3'
      ? header.readInt32BE(60)
      : 0;
  } finally {
    closeSync(file);
  }
};

const refuseNewer = (path: string, found: number): void => {
  if (found > migrations.length) {
    throw new CodedError('registry.newer', { path, found, known: migrations.length });
  }
};

const userVersion = v.object({ user_version: v.number() });
const journalMode = v.object({ journal_mode: v.string() });

const versionOf = (connection: DatabaseSync): number =>
  v.parse(userVersion, connection.prepare('PRAGMA user_version').get()).user_version;

/**
 * WAL: readers and one writer at the same time, and no fsync for each transaction. `synchronous = NORMAL` then never damages the
 * database, but a power cut may take the last transactions (https://www.sqlite.org/pragma.html#pragma_synchronous). That is enough here:
 * kept files and their sidecars are durable by themselves, and the next start registers those whose rows are missing.
 */
const setJournal = async (connection: DatabaseSync): Promise<void> => {
  const modeOf = (sql: string): string => v.parse(journalMode, connection.prepare(sql).get()).journal_mode;
  const until = Date.now() + BUSY_TIMEOUT;
  while (modeOf('PRAGMA journal_mode') !== 'wal') {
    try {
      modeOf('PRAGMA journal_mode = WAL');
      break;
    } catch (error) {
      // The change of mode needs the file for itself and does not wait for it.
      if (!isBusy(error) || Date.now() > until) {
        throw error;
      }
      await delay(20);
    }
  }
  connection.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
};

/** Some process met damage: the whole file is checked, once. */
const checkMarked = (data: DataFolder, connection: DatabaseSync): void => {
  const marker = markerOf(data);
  if (!existsSync(marker)) {
    return;
  }
  const result = v.parse(
    v.object({ integrity_check: v.string() }),
    connection.prepare('PRAGMA integrity_check(1)').get(),
  ).integrity_check;
  if (result !== 'ok') {
    throw Object.assign(new Error(result), { errcode: 11 });
  }
  rmSync(marker, { force: true });
};

/** Whether the database had no tables before. */
const migrate = (path: string, connection: DatabaseSync): boolean => {
  if (versionOf(connection) === migrations.length) {
    return false;
  }
  connection.exec('BEGIN IMMEDIATE');
  try {
    const from = versionOf(connection);
    refuseNewer(path, from);
    for (const migration of migrations.slice(from)) {
      connection.exec(migration);
    }
    connection.exec(`PRAGMA user_version = ${migrations.length}`);
    connection.exec('COMMIT');
    return from === 0;
  } catch (error) {
    connection.exec('ROLLBACK');
    throw error;
  }
};

/** Moves the damaged files to names of their own; nothing of them is deleted. */
const moveAside = (data: DataFolder): string => {
  const aside = `${data.registry}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(data.registry + suffix)) {
      renameSync(data.registry + suffix, aside + suffix);
    }
  }
  rmSync(markerOf(data), { force: true });
  return aside;
};

/** Of several processes that find the damage at once, one moves the file aside; the others must not move its new one. */
const withRecoveryLock = async <T>(data: DataFolder, work: () => Promise<T>): Promise<T> => {
  const lock = join(data.root, 'registry.recovery');
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || Date.now() > until) {
        throw toCoded(error, data.root);
      }
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > 30_000) {
        rmSync(lock, { force: true });
      } else {
        await delay(50);
      }
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
};
