// Landing: files from another machine are written into a message's workspace, and nowhere else, whatever they are called
// and whatever happens to the workspace meanwhile.
//
// The workspace is opened once; every later step goes from that open folder, name by name, and follows no link (on Linux
// through /proc/<pid>/fd; elsewhere the path is checked before and after). Bytes are staged in its root, hashed and made durable, and
// only then renamed into place.
import { lstatSync, mkdirSync, renameSync, rmdirSync, statfsSync, unlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { causeOf } from '../../errors.ts';
import { isStillAt, openDirectory, type Directory } from '../directory.ts';
import { stagedName } from '../staging.ts';
import { createArrival, type Arrival } from './arrival.ts';
import { LandingProblem, landingProblem } from './problem.ts';
import { probeFolding, type NameFolding } from './twins.ts';

/** What is told about a file that has arrived, by whoever read it there. */
export interface ToldFile {
  readonly size: number;
  readonly sha256: string;
  readonly mtimeNs: bigint;
}

/** A file on its way. */
export interface Landed extends Pick<Arrival, 'write' | 'sha256'> {
  /**
   * Gives the whole file its name, over a file of that name.
   * @throws LandingProblem; nothing is left of it then
   */
  finish(told: ToldFile): Promise<void>;
  /** Leaves nothing of it. Harmless after `finish`. */
  discard(): Promise<void>;
}

export interface Landing {
  /** Which names this disk takes for one. */
  readonly folding: NameFolding;
  /** Bytes that can be written here; infinite where that can't be known. */
  readonly freeBytes: number;
  /**
   * @param relativePath - valid by `readEntryPath`
   * @param expectedSize - more bytes than these are refused
   * @param expectedMtimeNs - spares a step where it is known
   */
  begin(relativePath: string, expectedSize: number, expectedMtimeNs?: bigint): Landed;
  /** Removes a file, and the folders above it that are empty then. False when there was none. @throws LandingProblem */
  remove(relativePath: string): boolean;
  /** Makes the names durable and closes; what was begun and not finished is discarded. */
  close(): Promise<void>;
}

/**
 * Opens a workspace to land files in.
 * @throws LandingProblem `replaced` where it is no folder, `noSpace`, `unwritable`
 */
export const openLanding = (workspacePath: string): Landing => {
  let root: Directory;
  try {
    root = openDirectory(workspacePath);
  } catch (error) {
    throw new LandingProblem('replaced', causeOf(error), { cause: error });
  }
  let folding: NameFolding;
  try {
    expectInPlace(root, workspacePath);
    folding = probeFolding(root);
  } catch (error) {
    root.close();
    throw landingProblem(error);
  }
  const begun = new Set<Landed>();
  /** Folders whose new names are not durable yet: a disk takes as long for one name as for thousands. */
  const unsynced = new Set<string>();

  const begin = (relativePath: string, expectedSize: number, expectedMtimeNs?: bigint): Landed => {
    const arrival = createArrival(root, stagedName(), expectedSize, expectedMtimeNs);
    const discard = async (): Promise<void> => {
      begun.delete(landed);
      await arrival.close();
      removeIfThere(root, arrival.stagedName);
    };
    const landed: Landed = {
      write: (bytes, offset) => arrival.write(bytes, offset),
      sha256: () => arrival.sha256(),
      finish: async (told) => {
        try {
          await arrival.complete(told);
          expectInPlace(root, workspacePath);
          place(root, arrival.stagedName, relativePath.split('/'));
          unsynced.add(posix.dirname(relativePath));
          expectInPlace(root, workspacePath);
        } catch (error) {
          throw landingProblem(error);
        } finally {
          await discard();
        }
      },
      discard,
    };
    begun.add(landed);
    return landed;
  };

  return {
    folding,
    freeBytes: freeBytesOf(root),
    begin,
    remove: (relativePath) => {
      try {
        expectInPlace(root, workspacePath);
        return removeFile(root, relativePath.split('/'));
      } catch (error) {
        throw landingProblem(error);
      }
    },
    close: async () => {
      await Promise.all([...begun].map((landed) => landed.discard()));
      for (const folder of unsynced) {
        syncFolder(root, folder === '.' ? [] : folder.split('/'));
      }
      syncFolder(root, []);
      root.close();
    },
  };
};

/** The open folder is what counts; but what nobody can find any more has not landed. */
const expectInPlace = (root: Directory, workspacePath: string): void => {
  if (!isStillAt(root, workspacePath)) {
    throw new LandingProblem('replaced', 'the workspace is not where it was');
  }
};

const freeBytesOf = (root: Directory): number => {
  try {
    const { bavail, bsize } = statfsSync(root.path);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

const removeIfThere = (directory: Directory, name: string): boolean => {
  try {
    unlinkSync(directory.pathOf(name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return false;
    }
    throw error;
  }
};

/** Opens the folder at the end of `names` from an open one, making what is missing; the caller closes it unless it is `root` itself. */
const openFolder = (root: Directory, names: readonly string[], make: boolean): Directory => {
  let directory = root;
  for (const name of names) {
    const parent = directory;
    try {
      if (make && lstatSync(parent.pathOf(name), { throwIfNoEntry: false }) === undefined) {
        mkdirSync(parent.pathOf(name), { mode: 0o700 });
      }
      directory = parent.child(name);
    } finally {
      if (parent !== root) {
        parent.close();
      }
    }
  }
  return directory;
};

const syncFolder = (root: Directory, names: readonly string[]): void => {
  try {
    const folder = openFolder(root, names, false);
    try {
      folder.sync();
    } finally {
      closeUnless(folder, root);
    }
  } catch {
    // A disk that can't, or a folder that is gone: what is in the files was made durable one by one.
  }
};

const closeUnless = (directory: Directory, root: Directory): void => {
  if (directory !== root) {
    directory.close();
  }
};

/** A link of that name is replaced, not followed; a folder is in the way. */
const place = (root: Directory, staged: string, names: readonly string[]): void => {
  const folder = openFolder(root, names.slice(0, -1), true);
  try {
    const target = folder.pathOf(names.at(-1) ?? '');
    if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) {
      // Where a folder has become a file: an empty one makes room, another is somebody's.
      rmdirSync(target);
    }
    renameSync(root.pathOf(staged), target);
  } finally {
    closeUnless(folder, root);
  }
};

/** Only what is a file or a link; never a folder with what is in it. */
const removeFile = (root: Directory, names: readonly string[]): boolean => {
  let folder: Directory;
  try {
    folder = openFolder(root, names.slice(0, -1), false);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return false;
    }
    throw error;
  }
  let removed: boolean;
  try {
    removed = removeIfThere(folder, names.at(-1) ?? '');
  } finally {
    closeUnless(folder, root);
  }
  for (let depth = names.length - 1; depth > 0; depth -= 1) {
    if (!removeEmptyFolder(root, names.slice(0, depth))) {
      break;
    }
  }
  return removed;
};

const removeEmptyFolder = (root: Directory, names: readonly string[]): boolean => {
  let parent: Directory | undefined;
  try {
    parent = openFolder(root, names.slice(0, -1), false);
    rmdirSync(parent.pathOf(names.at(-1) ?? ''));
    return true;
  } catch {
    return false;
  } finally {
    if (parent) {
      closeUnless(parent, root);
    }
  }
};
