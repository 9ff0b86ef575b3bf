// A file that is there under its name only once it is whole: it is written beside it first.
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { causeOf, CodedError } from '../errors.ts';

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
 * Lets `write` fill a file, which then gets the name `path`.
 * @throws CodedError `file.exists` unless it may overwrite, `file.unwritable`, and what `write` throws; nothing half is left
 */
export const placeWhole = async (
  path: string,
  overwrite: boolean,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> => {
  const staged = join(dirname(path), `.${randomUUID()}.part`);
  try {
    const file = await open(staged, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await (overwrite ? rename(staged, path) : placeNew(staged, path));
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
