// One process at a time. The lock is SQLite's lock on a file: the system lets go of it however its holder ends, so that there
// are no stale ones to judge.
import { delay } from '../../async.ts';
import { CodedError } from '../../errors.ts';
import { isBusy, loadSqlite } from '../../registry/sqlite.ts';

/**
 * Runs `work` while no other process does under the same lock file; waits at most `milliseconds` for it.
 * @throws CodedError `cancelled`, `embedded.busy` when another one holds it too long, `registry.unavailable`; whatever `work` throws
 */
export const withLock = async <T>(
  path: string,
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  const { DatabaseSync } = await loadSqlite();
  const deadline = Date.now() + milliseconds;
  const database = new DatabaseSync(path);
  try {
    for (;;) {
      try {
        database.exec('BEGIN EXCLUSIVE');
        break;
      } catch (error) {
        if (!isBusy(error)) {
          throw error;
        }
      }
      if (Date.now() > deadline) {
        throw new CodedError('embedded.busy', { lock: path });
      }
      await delay(200, signal);
    }
    return await work();
  } finally {
    database.close();
  }
};
