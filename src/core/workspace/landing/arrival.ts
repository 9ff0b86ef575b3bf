// One file on its way into a workspace: its bytes go to a staged file, which gets the final name when it is whole.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { openFlag, type Directory } from '../directory.ts';
import { openRegularFile, readContent } from '../regularFile.ts';
import { LandingProblem, landingProblem } from './problem.ts';

export interface Arrival {
  /** Name in the folder where files are staged. */
  readonly stagedName: string;
  /**
   * Takes bytes at `offset`: in order, or from an earlier offset once more.
   * @throws LandingProblem `gap`, `tooLarge`, `noSpace`, `unwritable`
   */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Of all that was written, where it came in order. */
  sha256(): string | undefined;
  /**
   * Makes the file durable and checks it.
   * @throws LandingProblem `corrupt`, `noSpace`, `unwritable`
   */
  complete(told: { readonly size: number; readonly sha256: string; readonly mtimeNs: bigint }): Promise<void>;
  close(): Promise<void>;
}

/** The year 2242; before 1970 is before any file of a run. Values from outside stay in what every disk can hold. */
const LATEST_SECONDS = 2 ** 33;

const secondsOf = (mtimeNs: bigint): number =>
  Math.min(LATEST_SECONDS, Math.max(0, Number(BigInt.asIntN(80, mtimeNs)) / 1e9));

const create = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | openFlag('O_NOFOLLOW');
const reopen = constants.O_WRONLY | openFlag('O_NOFOLLOW');

const setTime = (file: FileHandle, mtimeNs: bigint): Promise<void> => {
  const seconds = secondsOf(mtimeNs);
  return file.utimes(seconds, seconds);
};

const FLUSH_BYTES = 32 << 20;

const writeAll = async (target: FileHandle, bytes: Uint8Array, offset: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
};

/**
 * @param directory - where files are staged; stays open until all arrivals are closed
 * @param expectedSize - bytes; a file of this size is closed between its last byte and its completion, so that ten thousand small ones need
 *   no ten thousand descriptors
 * @param expectedMtimeNs - set with the last byte, so that its completion has not to open it again
 */
export const createArrival = (
  directory: Directory,
  stagedName: string,
  expectedSize: number,
  expectedMtimeNs?: bigint,
): Arrival => {
  const path = directory.pathOf(stagedName);
  let hash = createHash('sha256');
  let handle: FileHandle | undefined;
  let isCreated = false;
  let size = 0;
  /** Bytes that `hash` has seen, as long as they came in order. */
  let hashed = 0;
  /** It is on the disk, with its time. */
  let isDurable = false;
  let unflushed = 0;
  let flushing: Promise<void> | undefined;

  /** A disk is told to begin: it would have to do all of it at the end. */
  const flush = (target: FileHandle): Promise<void> => {
    const flushed = target.datasync();
    // Thrown by whoever waits for it.
    flushed.catch(() => undefined);
    return flushed;
  };

  const shaInOrder = (): string | undefined => (hashed === size ? hash.copy().digest('hex') : undefined);

  const opened = async (): Promise<FileHandle> => {
    handle ??= await open(path, isCreated ? reopen : create, 0o600);
    isCreated = true;
    return handle;
  };

  const close = async (): Promise<void> => {
    const closing = handle;
    handle = undefined;
    await flushing?.catch(() => undefined);
    await closing?.close();
  };

  const shaOnDisk = async (): Promise<string> => {
    const file = await openRegularFile(path);
    try {
      const content = await readContent(file);
      return content.size === size && content.stable ? content.sha256 : '';
    } finally {
      await file.handle.close();
    }
  };

  return {
    stagedName,
    write: async (bytes, offset) => {
      const end = offset + bytes.length;
      if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
        throw new LandingProblem('gap', `bytes at ${offset} after ${size}`);
      }
      if (end > expectedSize) {
        throw new LandingProblem('tooLarge', `${end} bytes of ${expectedSize}`);
      }
      if (offset === 0 && size > 0) {
        // All of it once more.
        hash = createHash('sha256');
        hashed = 0;
        size = 0;
      }
      try {
        isDurable = false;
        const target = await opened();
        const written = writeAll(target, bytes, offset);
        // Hashed while the disk writes.
        if (offset === hashed) {
          hash.update(bytes);
          hashed = end;
        } else {
          hashed = -1;
        }
        await written;
        size = Math.max(size, end);
        unflushed += bytes.length;
        if (unflushed >= FLUSH_BYTES) {
          unflushed = 0;
          await flushing;
          flushing = flush(target);
        }
        if (end === expectedSize) {
          await flushing;
          if (expectedMtimeNs !== undefined) {
            await setTime(target, expectedMtimeNs);
          }
          await target.sync();
          isDurable = true;
          await close();
        }
      } catch (error) {
        throw landingProblem(error);
      }
    },
    sha256: shaInOrder,
    complete: async (told) => {
      try {
        const sha256 = shaInOrder() ?? (await shaOnDisk());
        if (size !== told.size || sha256 !== told.sha256) {
          throw new LandingProblem(
            'corrupt',
            `${size} bytes with sha256 ${sha256}, not ${told.size} with ${told.sha256}`,
          );
        }
        if (isDurable && told.mtimeNs === expectedMtimeNs) {
          return;
        }
        const target = await opened();
        await setTime(target, told.mtimeNs);
        if (!isDurable) {
          await target.sync();
        }
      } catch (error) {
        throw landingProblem(error);
      } finally {
        await close();
      }
    },
    close,
  };
};
