// Names that this machine's disk takes for the same one: `A` and `a`, or `é` as one letter and as two.
import { closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs';
import type { Directory } from '../directory.ts';
import { stagedName } from '../staging.ts';

/** Which different names a disk can't tell apart. */
export interface NameFolding {
  readonly caseBlind: boolean;
  /** Takes Unicode's composed and decomposed forms (NFC, NFD) for one. */
  readonly formBlind: boolean;
}

/** Asks the disk itself: it depends on the volume, not on the platform. */
export const probeFolding = (directory: Directory): NameFolding => {
  const name = stagedName();
  const composed = `${name}\u00e9`;
  const path = directory.pathOf(composed);
  closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  try {
    const isThere = (other: string): boolean =>
      lstatSync(directory.pathOf(other), { throwIfNoEntry: false }) !== undefined;
    return { caseBlind: isThere(composed.toUpperCase()), formBlind: isThere(composed.normalize('NFD')) };
  } finally {
    unlinkSync(path);
  }
};

/** Equal for paths that this disk takes for one. */
export const foldPath = (relativePath: string, folding: NameFolding): string => {
  const formed = folding.formBlind || folding.caseBlind ? relativePath.normalize('NFC') : relativePath;
  return folding.caseBlind ? formed.toLowerCase().toUpperCase() : formed;
};
