// How a finished copy gets its name in the workspace: never over anything that is not ours to replace.
import { linkSync, lstatSync, renameSync, type BigIntStats } from 'node:fs';
import { causeOf } from '../errors.ts';
import { nameCandidates } from './attachmentName.ts';
import { AttachmentProblem } from './attachmentSource.ts';
import type { Directory } from './directory.ts';
import { openRegularFile, readContent, stampOf, type OpenFile } from './regularFile.ts';
import type { FileEntry } from './snapshot.ts';

/** The state of a name in a folder, the name itself, not what it leads to. */
export const statusOf = (directory: Directory, name: string): BigIntStats | undefined =>
  lstatSync(directory.pathOf(name), { bigint: true, throwIfNoEntry: false });

/** A regular file of a folder with its hash, where it can be read and stays still. */
export const readEntry = async (
  directory: Directory,
  name: string,
  signal: AbortSignal | undefined,
): Promise<(FileEntry & { readonly links: number }) | undefined> => {
  let opened: OpenFile;
  try {
    opened = await openRegularFile(directory.pathOf(name));
  } catch {
    return undefined;
  }
  try {
    const { sha256, stable } = await readContent(opened, { signal });
    const entry = { relativePath: name, ...stampOf(opened.status), links: Number(opened.status.nlink) };
    return stable ? { ...entry, sha256 } : entry;
  } finally {
    await opened.handle.close();
  }
};

export interface PlaceRequest {
  readonly directory: Directory;
  /** The finished copy. Gone or not when this ends; the caller removes it. */
  readonly staged: string;
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  /** Names that belong to other attachments. */
  readonly isTaken: (name: string) => boolean;
  readonly signal: AbortSignal | undefined;
}

export interface Placed {
  readonly relativePath: string;
  /** Whether the same content was there under this name already. */
  readonly adopted: boolean;
}

/**
 * Gives the copy the first free name of `name`, `name (2)`, ...; a file with the same content under one of them is taken for it.
 * @throws AttachmentProblem
 */
export const placeNew = async (request: PlaceRequest): Promise<Placed> => {
  const { directory, staged, signal } = request;
  for (const candidate of nameCandidates(request.name)) {
    if (request.isTaken(candidate)) {
      continue;
    }
    if (linkNew(staged, directory, candidate)) {
      return { relativePath: candidate, adopted: false };
    }
    if (Number(statusOf(directory, candidate)?.size ?? -1n) === request.size) {
      const found = await readEntry(directory, candidate, signal);
      if (found?.sha256 === request.sha256) {
        if (found.links > 1) {
          // The same bytes have a name outside this workspace, such as one left by a crash: the copy must be private.
          moveOver(staged, directory, candidate);
        }
        return { relativePath: candidate, adopted: found.links === 1 };
      }
    }
  }
  throw new AttachmentProblem('unwritable', `no free name for ${JSON.stringify(request.name)}`);
};

/** Gives the copy a name; false when something has that name already. */
const linkNew = (staged: string, directory: Directory, name: string): boolean => {
  try {
    linkSync(staged, directory.pathOf(name));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      return false;
    }
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') {
      throw new AttachmentProblem('unwritable', causeOf(error), { cause: error });
    }
  }
  // A disk without hard links (FAT, some network disks).
  if (statusOf(directory, name) !== undefined) {
    return false;
  }
  moveOver(staged, directory, name);
  return true;
};

/**
 * Gives the copy the name of a file, which is replaced in one step. A link of that name is replaced, not followed.
 * @throws AttachmentProblem
 */
export const moveOver = (staged: string, directory: Directory, name: string): void => {
  try {
    renameSync(staged, directory.pathOf(name));
  } catch (error) {
    throw new AttachmentProblem('unwritable', causeOf(error), { cause: error });
  }
};
