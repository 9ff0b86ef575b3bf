// Copying a kept file out: byte for byte, whole or not at all, never over another file unasked.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { causeOf, CodedError } from '../errors.ts';

/** A kept file to be copied. */
export interface KeptContent {
  readonly id: string;
  /** Its own name, used when the target is a folder. */
  readonly name: string;
  /** Where its bytes are. */
  readonly path: string;
  readonly sha256: string;
}

export interface SaveOptions {
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
  /** Bytes written so far. */
  readonly onProgress?: (bytes: number) => void;
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

const copyVerified = async (content: KeptContent, staged: string, options: SaveOptions): Promise<void> => {
  const hash = createHash('sha256');
  const target = await open(staged, 'wx');
  try {
    let bytes = 0;
    for await (const chunk of createReadStream(content.path, { highWaterMark: 1 << 20 })) {
      throwIfAborted(options.signal);
      const part = chunk as Buffer;
      hash.update(part);
      await target.writeFile(part);
      bytes += part.byteLength;
      options.onProgress?.(bytes);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  if (hash.digest('hex') !== content.sha256) {
    throw new CodedError('file.damaged', { id: content.id, cause: 'its bytes are not those that were kept' });
  }
};

/** What link(2) says where the disk has no hard links: FAT and exFAT, some network disks. */
const noLinks: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/** A link fails where a rename would replace what is there. */
const placeNew = async (staged: string, path: string): Promise<void> => {
  try {
    await link(staged, path);
  } catch (error) {
    if (!noLinks.includes((error as NodeJS.ErrnoException).code)) {
      throw error;
    }
    // The name is taken first, by an empty file that nobody else can have made.
    await (await open(path, 'wx')).close();
    await rename(staged, path);
  }
};

/**
 * Saves a kept file to `target`, a path or an existing folder; resolves with the path written.
 * @throws CodedError `file.exists`, `file.unwritable`, `file.damaged`, `cancelled`; nothing half is left
 */
export const saveFile = async (content: KeptContent, target: string, options: SaveOptions = {}): Promise<string> => {
  const path = (await isFolder(target)) ? join(target, content.name) : target;
  const staged = join(dirname(path), `.${randomUUID()}.part`);
  try {
    await copyVerified(content, staged, options);
    await (options.overwrite ? rename(staged, path) : placeNew(staged, path));
    return path;
  } catch (error) {
    if (error instanceof CodedError) {
      throw error;
    }
    throw (error as NodeJS.ErrnoException).code === 'EEXIST'
      ? new CodedError('file.exists', { path }, { cause: error })
      : new CodedError('file.unwritable', { path, cause: causeOf(error) }, { cause: error });
  } finally {
    await rm(staged, { force: true });
  }
};
