// Opening, hashing and copying of regular files that other processes may exchange at any moment.
import { createHash } from 'node:crypto';
import { constants, lstatSync, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { throwIfAborted } from '../async.ts';
import { openFlag, openFolderInside } from './directory.ts';

/** An open regular file, with what was true when it was opened. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly status: BigIntStats;
}

/** What it takes to tell a version of a file from every other: changes with each write, also one that restores the modification time. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since 1970, by the file system's clock. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
}

export const stampOf = (status: BigIntStats): FileStamp => ({
  size: Number(status.size),
  mtimeNs: status.mtimeNs,
  ctimeNs: status.ctimeNs,
  inode: status.ino,
});

export const sameStamp = (one: FileStamp, other: FileStamp): boolean =>
  one.ctimeNs === other.ctimeNs &&
  one.mtimeNs === other.mtimeNs &&
  one.size === other.size &&
  one.inode === other.inode;

/** A stamp as text, only to be compared for equality. */
export const stampText = (stamp: FileStamp): string =>
  [stamp.size, stamp.mtimeNs, stamp.ctimeNs, stamp.inode].join(':');

const notRegular = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`not a regular file, open '${path}'`), { code: 'ENOTREGULAR' });

/**
 * Opens a regular file for reading: never through a link, never waiting for the writer of a FIFO, and without touching a device.
 * @throws the system's error; code `ENOTREGULAR` where it is something else
 */
export const openRegularFile = async (path: string): Promise<OpenFile> => {
  if (!lstatSync(path).isFile()) {
    throw notRegular(path);
  }
  const handle = await open(path, constants.O_RDONLY | openFlag('O_NOFOLLOW') | openFlag('O_NONBLOCK'));
  try {
    const status = await handle.stat({ bigint: true });
    if (!status.isFile()) {
      throw notRegular(path);
    }
    return { handle, status };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** Opens a regular file inside a workspace; no folder on the way may be a link. `relativePath` is separated by `/`. */
export const openInside = async (root: string, relativePath: string): Promise<OpenFile> => {
  const names = relativePath.split('/');
  const name = names.pop() ?? '';
  const directory = openFolderInside(root, names);
  try {
    return await openRegularFile(directory.pathOf(name));
  } finally {
    directory.close();
  }
};

const CHUNK_BYTES = 1024 * 1024;

/** What was read, and whether the file was the same before and after. */
export interface Content {
  readonly sha256: string;
  /** Bytes read. */
  readonly size: number;
  /** False when the file changed while it was read: then the bytes may be of no version that ever was. */
  readonly stable: boolean;
}

/**
 * Reads an open file to its end, at most one byte more than it had when it was opened, and hashes it.
 * @param consume - gets each chunk, valid only during the call
 * @throws CodedError `cancelled`
 */
export const readContent = async (
  file: OpenFile,
  options: { signal?: AbortSignal | undefined; consume?: (chunk: Uint8Array) => Promise<void> } = {},
): Promise<Content> => {
  const hash = createHash('sha256');
  const bound = Number(file.status.size) + 1;
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bound));
  let size = 0;
  while (size < bound) {
    throwIfAborted(options.signal);
    const { bytesRead } = await file.handle.read(buffer, 0, Math.min(buffer.length, bound - size), size);
    if (bytesRead === 0) {
      break;
    }
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await options.consume?.(chunk);
    size += bytesRead;
  }
  const after = await file.handle.stat({ bigint: true });
  const stable = size === Number(file.status.size) && sameStamp(stampOf(file.status), stampOf(after));
  return { sha256: hash.digest('hex'), size, stable };
};

/** Writes the whole chunk; a single write may write less. */
export const writeWhole = async (target: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let offset = 0; offset < chunk.length;) {
    const { bytesWritten } = await target.write(chunk, offset, chunk.length - offset);
    offset += bytesWritten;
  }
};

/**
 * The sha256 of one version of a file in a workspace; `undefined` when the file is not (or does not stay) that version, or can't be read.
 * @throws CodedError `cancelled`
 */
export const hashInside = async (
  root: string,
  file: FileStamp & { readonly relativePath: string },
  signal?: AbortSignal,
): Promise<string | undefined> => {
  let opened: OpenFile;
  try {
    opened = await openInside(root, file.relativePath);
  } catch {
    return undefined;
  }
  try {
    if (!sameStamp(stampOf(opened.status), file)) {
      return undefined;
    }
    const content = await readContent(opened, { signal });
    return content.stable ? content.sha256 : undefined;
  } finally {
    await opened.handle.close();
  }
};
