// A copy of a file that code may still be writing: the bytes of one version of it, or a coded error.
import { constants, lstatSync } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { causeOf, CodedError, isCoded } from '../errors.ts';
import {
  openInside,
  openRegularFile,
  readContent,
  sameStamp,
  stampOf,
  type OpenFile,
} from '../workspace/regularFile.ts';
import type { FileHandle } from 'node:fs/promises';

/** What is to be copied. */
export interface CopySource {
  /** The workspace; no link on the way from it to the file is followed. */
  readonly root: string;
  /** Separated by `/`. */
  readonly relativePath: string;
  /** How the file is named in errors. */
  readonly shownPath: string;
}

export interface StagedCopy {
  readonly size: number;
  readonly sha256: string;
}

/** Whether the disk may be asked to share blocks; set to false by the first refusal, for the files that follow. */
export interface DiskAbilities {
  canReflink: boolean;
}

/**
 * Copies a file to `staged`, which must not exist; durable and whole when this returns, gone when this throws. A file that changes while
 * it is read is tried once more.
 * @throws CodedError `file.unstable`, `file.unreadable`, `file.unwritable`, `cancelled`
 */
export const copyStable = async (
  source: CopySource,
  staged: string,
  disk: DiskAbilities,
  signal?: AbortSignal,
): Promise<StagedCopy> => {
  const copy = (await copyOnce(source, staged, disk, signal)) ?? (await copyOnce(source, staged, disk, signal));
  if (!copy) {
    throw new CodedError('file.unstable', { path: source.shownPath });
  }
  return copy;
};

const copyOnce = async (
  source: CopySource,
  staged: string,
  disk: DiskAbilities,
  signal: AbortSignal | undefined,
): Promise<StagedCopy | undefined> => {
  const file = await openSource(source);
  try {
    const copy = (await reflink(file, staged, disk, signal)) ?? (await copyBytes(file, staged, signal));
    if (copy === undefined || !isStillThere(source, file)) {
      await rm(staged, { force: true });
      return undefined;
    }
    return copy;
  } catch (error) {
    await rm(staged, { force: true });
    if (isCoded(error)) {
      throw error;
    }
    throw new CodedError('file.unwritable', { path: source.shownPath, cause: causeOf(error) }, { cause: error });
  } finally {
    await file.handle.close();
  }
};

const openSource = async ({ root, relativePath, shownPath }: CopySource): Promise<OpenFile> => {
  try {
    return await openInside(root, relativePath);
  } catch (error) {
    throw new CodedError('file.unreadable', { path: shownPath, cause: causeOf(error) }, { cause: error });
  }
};

/** A file that was replaced by another one of its name has a newer version than the one that was read. */
const isStillThere = ({ root, relativePath }: CopySource, file: OpenFile): boolean => {
  const now = lstatSync(`${root}/${relativePath}`, { bigint: true, throwIfNoEntry: false });
  return now !== undefined && sameStamp(stampOf(now), stampOf(file.status));
};

/** Shares the blocks; only on Linux, where the open file itself can be named, whatever has become of its path. */
const reflink = async (
  file: OpenFile,
  staged: string,
  disk: DiskAbilities,
  signal: AbortSignal | undefined,
): Promise<StagedCopy | undefined> => {
  if (!disk.canReflink || process.platform !== 'linux') {
    return undefined;
  }
  try {
    await copyFile(
      `/proc/self/fd/${file.handle.fd}`,
      staged,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    );
  } catch {
    disk.canReflink = false;
    await rm(staged, { force: true });
    return undefined;
  }
  const clone = await openRegularFile(staged);
  try {
    await clone.handle.sync();
    const { sha256, size } = await readContent(clone, { signal });
    return { sha256, size };
  } finally {
    await clone.handle.close();
  }
};

const copyBytes = async (
  file: OpenFile,
  staged: string,
  signal: AbortSignal | undefined,
): Promise<StagedCopy | undefined> => {
  const target = await open(staged, 'wx', 0o600);
  try {
    const sink = createSparseSink(target);
    const content = await readContent(file, { signal, consume: sink.write });
    if (!content.stable) {
      return undefined;
    }
    await target.truncate(content.size);
    await target.sync();
    return { sha256: content.sha256, size: content.size };
  } finally {
    await target.close();
  }
};

/** Chunks that are all zeros stay holes: a sparse file of gigabytes must not fill the disk when it is kept. */
const createSparseSink = (target: FileHandle): { readonly write: (chunk: Uint8Array) => Promise<void> } => {
  const zeros = Buffer.alloc(64 * 1024);
  let position = 0;
  const isHole = (chunk: Uint8Array): boolean => {
    for (let start = 0; start < chunk.length; start += zeros.length) {
      const part = chunk.subarray(start, start + zeros.length);
      if (zeros.compare(part, 0, part.length, 0, part.length) !== 0) {
        return false;
      }
    }
    return true;
  };
  return {
    write: async (chunk) => {
      if (!isHole(chunk)) {
        for (let offset = 0; offset < chunk.length;) {
          const { bytesWritten } = await target.write(chunk, offset, chunk.length - offset, position + offset);
          offset += bytesWritten;
        }
      }
      position += chunk.length;
    },
  };
};
