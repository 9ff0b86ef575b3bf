// Opening registry.sqlite, and making it: for the first time, or anew from what is kept when it is damaged or lost.
//
// A database is made under another name and gets its own when all that is kept is in it: no process ever sees a half-filled one,
// in which a message's folder could be given to another message.
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { delay } from '../async.ts';
import type { DataFolder } from '../dataFolder.ts';
import { CodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  applySettings,
  chooseJournal,
  migrate,
  refuseNewer,
  storedVersion,
  versionOf,
  type Connect,
} from './connection.ts';
import { isBusy, isDamage, loadSqlite, toCoded, openConnection, type Database } from './sqlite.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Whether it was made now: there was none, or the old one was damaged. */
  readonly isNew: boolean;
}

/** Puts all that is kept into a new database. */
export type Fill = (database: Database) => Promise<void>;

/**
 * Opens the registry's database, makes it where there is none, and brings an older one up to date. A damaged one is moved aside, kept,
 * and made anew.
 * @throws CodedError `registry.unavailable`, `registry.newer`, `registry.failed`, `data.notWritable`
 */
export const openDatabase = async (data: DataFolder, log: Log, fill: Fill): Promise<OpenedDatabase> => {
  const sqlite = await loadSqlite();
  const connect: Connect = (path) => new sqlite.DatabaseSync(path);
  try {
    const opened = tryOpen(data, connect, log);
    if (opened) {
      return { database: opened, isNew: false };
    }
    return await withLock(data, connect, async () => {
      // Another process may have made it while this one waited.
      const made = tryOpen(data, connect, log);
      if (made) {
        return { database: made, isNew: false };
      }
      await makeDatabase(data, connect, log, fill);
      const database = tryOpen(data, connect, log);
      if (!database) {
        throw new CodedError('registry.failed', { cause: 'the new database is gone' });
      }
      return { database, isNew: true };
    });
  } catch (error) {
    throw toCoded(error, data.root);
  }
};

const markerOf = (data: DataFolder): string => join(data.root, 'registry.damaged');

/** The database, if there is a sound one. */
const tryOpen = (data: DataFolder, connect: Connect, log: Log): Database | undefined => {
  try {
    return openConnection({
      path: data.registry,
      connect: () => connectExisting(data, connect),
      onDamage: () => {
        writeFileSync(markerOf(data), '');
      },
    });
  } catch (error) {
    if (!isDamage(error)) {
      throw error;
    }
    log.warn(`the registry is damaged: ${String(error)}`);
    return undefined;
  }
};

const connectExisting = (data: DataFolder, connect: Connect): DatabaseSync | undefined => {
  const path = data.registry;
  if (!existsSync(path)) {
    return undefined;
  }
  refuseNewer(path, storedVersion(path));
  const connection = connect(path);
  try {
    applySettings(connection);
    const version = versionOf(connection);
    refuseNewer(path, version);
    if (version === 0) {
      connection.close();
      return undefined;
    }
    checkMarked(data, connection);
    migrate(path, connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
};

/** Some process met damage: the whole file is checked, once. */
const checkMarked = (data: DataFolder, connection: DatabaseSync): void => {
  const marker = markerOf(data);
  if (!existsSync(marker)) {
    return;
  }
  const { integrity_check: result } = v.parse(
    v.object({ integrity_check: v.string() }),
    connection.prepare('PRAGMA integrity_check(1)').get(),
  );
  if (result !== 'ok') {
    throw Object.assign(new Error(result), { errcode: 11 });
  }
  rmSync(marker, { force: true });
};

const filesOf = (path: string): string[] => ['', '-wal', '-shm', '-journal'].map((suffix) => path + suffix);

const makeDatabase = async (data: DataFolder, connect: Connect, log: Log, fill: Fill): Promise<void> => {
  const path = `${data.registry}.new`;
  for (const leftover of filesOf(path)) {
    rmSync(leftover, { force: true });
  }
  // There from the start, so that it is seen as the same file after SQLite opened it.
  writeFileSync(path, '', { mode: 0o600 });
  const connectNew = (): DatabaseSync => {
    const connection = connect(path);
    chooseJournal(connection, data.root);
    applySettings(connection);
    migrate(path, connection);
    return connection;
  };
  const database = openConnection({ path, connect: connectNew, onDamage: () => undefined });
  try {
    // Later than every count that a window has seen: what replaces a database counts on from there.
    database?.write(() => {
      database.run("UPDATE meta SET value = $now WHERE name = 'changes'", { now: String(Date.now()) });
    });
    await (database && fill(database));
  } finally {
    // The last connection to close brings all into the one file: https://www.sqlite.org/wal.html#the_wal_file
    database?.close();
  }
  if (existsSync(data.registry) && statSync(data.registry).size > 0) {
    log.warn(`the damaged registry was moved to ${moveAside(data)}; it was made anew from the kept files`);
  }
  renameSync(path, data.registry);
  rmSync(markerOf(data), { force: true });
};

/** Moves the damaged files to names of their own; nothing of them is deleted. */
const moveAside = (data: DataFolder): string => {
  const aside = `${data.registry}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const targets = filesOf(aside);
  for (const [index, file] of filesOf(data.registry).entries()) {
    if (existsSync(file)) {
      renameSync(file, targets[index] ?? aside);
    }
  }
  return aside;
};

/** How long another process may take to make the database, milliseconds. */
const LOCK_BOUND = 120_000;

/** Of several processes that find none or a damaged one, one makes it. A lock of SQLite's own: it ends with its process. */
const withLock = async <T>(data: DataFolder, connect: Connect, work: () => Promise<T>): Promise<T> => {
  const lock = connect(join(data.root, 'registry.lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    const until = Date.now() + LOCK_BOUND;
    for (;;) {
      try {
        lock.exec('BEGIN EXCLUSIVE');
        break;
      } catch (error) {
        if (!isBusy(error) || Date.now() > until) {
          throw error;
        }
        await delay(20);
      }
    }
    return await work();
  } finally {
    lock.close();
  }
};
