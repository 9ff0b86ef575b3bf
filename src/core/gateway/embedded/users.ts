// Who uses the embedded gateway. Each window and command holds a shared lock of SQLite on one file as long as it does; the system
// lets go of it however its holder ends, a kill -9 too. The gateway itself looks whether it gets the lock alone (start_gateway.py).
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { delay } from '../../async.ts';
import type { DataFolder } from '../../dataFolder.ts';
import { CodedError } from '../../errors.ts';
import { isBusy, loadSqlite } from '../../registry/sqlite.ts';

/** The file that users lock; it stays empty. */
export const usersFile = (data: DataFolder): string => join(data.gateway, 'users.lock');

/** While it is there the gateway runs on without users: somebody started it by name. */
export const keepFile = (data: DataFolder): string => join(data.gateway, 'keep');

/** Says whether the gateway is to run on when nobody uses it. */
export const setKeep = (data: DataFolder, keep: boolean): void => {
  if (keep) {
    writeFileSync(keepFile(data), '', { mode: 0o600 });
  } else {
    rmSync(keepFile(data), { force: true });
  }
};

/** Longer than a gateway takes to end: meanwhile it keeps new users out, so that none gets hold of a dying one. */
const useBound = 30_000;

/** Runs a statement that takes a lock; false when others have one that stands against it. */
const tryLock = (database: DatabaseSync, statement: string): boolean => {
  try {
    database.exec(statement);
    return true;
  } catch (error) {
    if (!isBusy(error)) {
      throw error;
    }
    return false;
  }
};

/**
 * Makes this process a user of the data folder's gateway, running or about to be started, until the function that it resolves with is
 * called or the process ends. Whoever lets that function go without calling it may lose its use at any time.
 * @throws CodedError `cancelled`, `embedded.busy`, `registry.unavailable`
 */
export const useGateway = async (data: DataFolder, signal?: AbortSignal): Promise<() => void> => {
  const { DatabaseSync } = await loadSqlite();
  const path = usersFile(data);
  const database = new DatabaseSync(path);
  const deadline = Date.now() + useBound;
  try {
    database.exec('BEGIN');
    // A read takes the shared lock, and the open transaction keeps it: https://www.sqlite.org/lockingv3.html
    while (!tryLock(database, 'SELECT count(*) FROM sqlite_master')) {
      if (Date.now() > deadline) {
        throw new CodedError('embedded.busy', { lock: path });
      }
      await delay(100, signal);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  let released = false;
  return () => {
    if (!released) {
      released = true;
      database.close();
    }
  };
};

/**
 * Does `work` while nobody uses the gateway and nobody can begin to; `null` when somebody does.
 * @throws CodedError `registry.unavailable`; whatever `work` throws
 */
export const whileUnused = async <T>(data: DataFolder, work: () => Promise<T>): Promise<T | null> => {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(usersFile(data));
  try {
    return tryLock(database, 'BEGIN EXCLUSIVE') ? await work() : null;
  } finally {
    database.close();
  }
};
