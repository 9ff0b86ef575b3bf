// Read-only copies of kept files under their own names, for the system's applications: used again, and removed when they are old.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { causeOf, CodedError } from '../errors.ts';
import { saveFile, type KeptContent } from './saveFile.ts';

/** How long a copy stays after it was opened last, milliseconds. */
const LIFETIME = 7 * 86_400_000;

const hashOf = async (path: string): Promise<string | undefined> => {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
};

/**
 * The copy of a kept file in `<folder>/<id>/<name>`, which only this user can read; made where it is not there or not the same any more.
 * @throws as {@link saveFile}
 */
export const openCopy = async (folder: string, content: KeptContent): Promise<string> => {
  const place = join(folder, content.id);
  const path = join(place, content.name);
  try {
    await mkdir(place, { recursive: true, mode: 0o700 });
    if ((await hashOf(path)) !== content.sha256) {
      // An application may hold an older one: on Windows it can't be replaced then, and the error says so.
      await rm(path, { force: true });
      await saveFile(content, path);
      await chmod(path, 0o400);
    }
    const now = new Date();
    await utimes(place, now, now);
  } catch (error) {
    throw error instanceof CodedError
      ? error
      : new CodedError('file.unwritable', { path, cause: causeOf(error) }, { cause: error });
  }
  return path;
};

/** Removes copies that were not opened for seven days; one that can't be removed now is left to the next time. */
export const sweepCopies = async (folder: string, now = Date.now()): Promise<number> => {
  let removed = 0;
  for (const id of await readdir(folder).catch(() => [])) {
    const place = join(folder, id);
    try {
      if (now - (await stat(place)).mtimeMs > LIFETIME) {
        for (const name of await readdir(place)) {
          await chmod(join(place, name), 0o600);
          await rm(join(place, name));
        }
        await rmdir(place);
        removed += 1;
      }
    } catch {
      // In use, or gone already.
    }
  }
  return removed;
};
