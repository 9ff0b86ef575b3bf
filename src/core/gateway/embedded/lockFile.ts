// One process at a time: a lock file that names its holder, taken over when that one is dead.
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { delay } from '../../async.ts';
import { CodedError } from '../../errors.ts';
import { isSameProcess, livenessOf, thisProcess, type ProcessIdentity } from '../../registry/processIdentity.ts';

const readHolder = (path: string): ProcessIdentity | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
};

const tryTake = (path: string, self: ProcessIdentity): boolean => {
  try {
    writeFileSync(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    return false;
  }
};

const removeDead = (path: string, self: ProcessIdentity): void => {
  const holder = readHolder(path);
  if (holder && livenessOf(holder, self) === 'dead') {
    unlinkSync(path);
  }
};

/**
 * Runs `work` while no other process does under the same lock; waits at most `milliseconds` for it.
 * @throws CodedError `cancelled`, `embedded.installFailed` when another process holds it too long; whatever `work` throws
 */
export const withLockFile = async <T>(
  path: string,
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  const self = thisProcess();
  const deadline = Date.now() + milliseconds;
  while (!tryTake(path, self)) {
    if (Date.now() > deadline) {
      throw new CodedError('embedded.installFailed', {
        step: 'Waiting for another window',
        cause: `${path} is held`,
        log: path,
      });
    }
    removeDead(path, self);
    await delay(200, signal);
  }
  try {
    return await work();
  } finally {
    const holder = readHolder(path);
    if (holder && isSameProcess(holder, self)) {
      unlinkSync(path);
    }
  }
};
