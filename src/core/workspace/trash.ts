// Removal of whole folders: first out of sight by one rename, then for good; what a crash leaves is swept later.
import { chmodSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDirectory, type Directory } from './directory.ts';
import { createSlice, type Slice } from './slices.ts';
import { isStagedName, isTrashName, trashName } from './staging.ts';

/** A folder that is out of sight. */
export interface Trash {
  /** Where it is now. */
  readonly content: string;
  /** Puts it back where it was. Throws the system's error when something has taken its place. */
  restore(): void;
  /** Removes it for good. */
  remove(): Promise<void>;
}

const CONTENT = 'content';

/**
 * Moves a folder out of sight, beside where it was.
 * @throws the system's error; then nothing was changed
 */
export const moveToTrash = (path: string): Trash => {
  const bin = join(dirname(path), trashName());
  mkdirSync(bin, { mode: 0o700 });
  const content = join(bin, CONTENT);
  try {
    renameSync(path, content);
  } catch (error) {
    rmdirSync(bin);
    throw error;
  }
  return {
    content,
    restore: () => {
      // A folder made there meanwhile is replaced only when it is empty: rename(2).
      renameSync(content, path);
      rmdirSync(bin);
    },
    remove: () => emptyBin(bin),
  };
};

/**
 * Removes a bin with all that is in it. No link is followed, whoever changes what at the same time: each folder is opened
 * from its parent, and the folders in it are moved up into the bin before they are emptied, so that depth does not matter.
 */
const emptyBin = async (path: string): Promise<void> => {
  const slice = createSlice();
  const bin = openDirectory(path);
  try {
    const waiting = [...(await readdir(bin.path))];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      waiting.push(...(await removeFlat(bin, name, slice)));
    }
  } finally {
    bin.close();
  }
  rmdirSync(path);
};

/** Removes one name of the bin; the folders that were in it are in the bin afterwards, by the names returned. */
const removeFlat = async (bin: Directory, name: string, slice: Slice): Promise<readonly string[]> => {
  const path = bin.pathOf(name);
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) {
    return [];
  }
  if (!status.isDirectory()) {
    unlinkSync(path);
    return [];
  }
  if ((status.mode & 0o700) !== 0o700) {
    chmodSync(path, 0o700);
  }
  const moved: string[] = [];
  const folder = bin.child(name);
  try {
    // As bytes: a name that is not UTF-8 must go too.
    for (const entry of await readdir(folder.path, { encoding: 'buffer' })) {
      if (slice.due()) {
        await slice.rest();
      }
      const entryPath = Buffer.concat([Buffer.from(folder.pathOf('')), entry]);
      const found = lstatSync(entryPath, { throwIfNoEntry: false });
      if (found?.isDirectory()) {
        if ((found.mode & 0o700) !== 0o700) {
          // Moving a folder writes its `..`.
          chmodSync(entryPath, 0o700);
        }
        const upper = trashName();
        renameSync(entryPath, bin.pathOf(upper));
        moved.push(upper);
      } else if (found) {
        unlinkSync(entryPath);
      }
    }
  } finally {
    folder.close();
  }
  rmdirSync(path);
  return moved;
};

/** A bin or a staged file as old as this belongs to no process any more. Milliseconds. */
const ABANDONED = 24 * 60 * 60 * 1000;

/**
 * Removes what crashes left behind in the folder that holds the workspaces: bins, and copies that never became whole.
 * @returns how many
 */
export const sweepLeftovers = async (uploads: string, now: number = Date.now()): Promise<number> => {
  let swept = 0;
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined || now - status.ctimeMs < ABANDONED) {
      continue;
    }
    if (isTrashName(name) && status.isDirectory()) {
      await emptyBin(path);
      swept += 1;
    } else if (isStagedName(name) && status.isFile()) {
      unlinkSync(path);
      swept += 1;
    }
  }
  return swept;
};
