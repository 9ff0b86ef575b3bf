// One connection to registry.sqlite: its settings, the version it has, and migrations.
import { closeSync, openSync, readSync, statfsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { CodedError } from '../errors.ts';
import { migrations } from './schema.ts';

/** The longest wait for another process's transaction, milliseconds. */
export const busyTimeout = 5000;

export type Connect = (path: string) => DatabaseSync;

const userVersion = v.object({ user_version: v.number() });
const journalMode = v.object({ journal_mode: v.string() });

/** The version of the schema; 0 for a database without one. */
export const versionOf = (connection: DatabaseSync): number =>
  v.parse(userVersion, connection.prepare('PRAGMA user_version').get()).user_version;

/** @throws CodedError `registry.newer` */
export const refuseNewer = (path: string, found: number): void => {
  if (found > migrations.length) {
    throw new CodedError('registry.newer', { path, found, known: migrations.length });
  }
};

/**
 * The version in the file's header, big-endian at byte 60 (https://www.sqlite.org/fileformat.html#user_version_number), read without
 * SQLite, which might touch a database that is not ours to touch. 0 where there is none.
 */
export const storedVersion = (path: string): number => {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return 0;
  }
  try {
    const header = Buffer.alloc(100);
    const length = readSync(file, header, 0, header.length, 0);
    const isDatabase = length === header.length && header.toString('latin1', 0, 15) === 'SQLite format 3';
    return isDatabase ? header.readInt32BE(60) : 0;
  } finally {
    closeSync(file);
  }
};

/**
 * How this connection works. WAL: readers and one writer at the same time, and no fsync for each transaction. `synchronous = NORMAL`
 * then never damages the database, but a power cut may take the last transactions
 * (https://www.sqlite.org/pragma.html#pragma_synchronous). That is enough here: kept files and their sidecars are durable by
 * themselves, and the next start registers those whose rows are missing. Without WAL only FULL is as safe.
 */
export const applySettings = (connection: DatabaseSync): void => {
  connection.exec(`PRAGMA busy_timeout = ${busyTimeout}; PRAGMA foreign_keys = ON`);
  const mode = v.parse(journalMode, connection.prepare('PRAGMA journal_mode').get()).journal_mode;
  connection.exec(`PRAGMA synchronous = ${mode === 'wal' ? 'NORMAL' : 'FULL'}`);
};

/** statfs(2) types of disks that other machines share, where WAL's shared memory can't work (https://www.sqlite.org/wal.html). */
const NETWORK_DISKS = new Set([
  0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997, 0x65735546, 0x73757245, 0x5346414f, 0x00c36400, 0x0bd00bd0,
  0x47504653, 0x786f4256,
]);

const isNetworkDisk = (folder: string): boolean =>
  process.platform === 'linux' && NETWORK_DISKS.has(statfsSync(folder).type);

/** Chooses the journal of a new database, for good. */
export const chooseJournal = (connection: DatabaseSync, folder: string): void => {
  connection.exec(`PRAGMA journal_mode = ${isNetworkDisk(folder) ? 'DELETE' : 'WAL'}`);
};

/** Brings a database up to date in one transaction. */
export const migrate = (path: string, connection: DatabaseSync): void => {
  if (versionOf(connection) === migrations.length) {
    return;
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
  } catch (error) {
    connection.exec('ROLLBACK');
    throw error;
  }
};
