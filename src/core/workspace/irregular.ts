// What in a workspace is not a file that can be kept, and why.
import { constants, type BigIntStats } from 'node:fs';

/**
 * `hardLinked`: the same file has a name outside the workspace. `invalidName`: not UTF-8.
 * `tooDeep`, `tooMany`: beyond the limits, not looked at. `rootMissing`, `rootReplaced`: there is no workspace any more, or a link in its place.
 */
export const irregularReasons = [
  'symlink',
  'hardLinked',
  'fifo',
  'socket',
  'device',
  'unreadable',
  'invalidName',
  'tooDeep',
  'tooMany',
  'rootMissing',
  'rootReplaced',
] as const;

export type IrregularReason = (typeof irregularReasons)[number];

export interface IrregularEntry {
  /** From the workspace's root, separated by `/`; bytes that are not UTF-8 are written `\xNN`. Empty for the root. */
  readonly path: string;
  readonly reason: IrregularReason;
}

/**
 * Why something with this state is not a regular file that `user` can read; a file's links are counted apart.
 * @param user the process's effective user id; `undefined` where there is none (Windows)
 */
export const irregularReason = (status: BigIntStats, user: number | undefined): IrregularReason | undefined => {
  if (status.isFile()) {
    const ownerReads = (Number(status.mode) & constants.S_IRUSR) !== 0;
    return !ownerReads && user !== undefined && user !== 0 && Number(status.uid) === user ? 'unreadable' : undefined;
  }
  if (status.isSymbolicLink()) {
    return 'symlink';
  }
  if (status.isFIFO()) {
    return 'fifo';
  }
  return status.isSocket() ? 'socket' : 'device';
};
