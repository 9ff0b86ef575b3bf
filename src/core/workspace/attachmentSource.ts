// The user's own file: found, opened and copied without ever being written to.
import { constants, realpathSync } from 'node:fs';
import { chmod, copyFile, open, rm, statfs, utimes } from 'node:fs/promises';
import { causeOf, isCoded } from '../errors.ts';
import { openFlag } from './directory.ts';
import { openRegularFile, readContent, sameStamp, stampOf, writeWhole, type OpenFile } from './regularFile.ts';

/** Why an attachment did not arrive. */
export type AttachmentFailure =
  | 'missing'
  | 'unreadable'
  | 'notRegular'
  | 'invalidName'
  /** The path leads to another file than the one that was agreed to. */
  | 'replaced'
  | 'changedWhileReading'
  | 'tooLarge'
  | 'noSpace'
  | 'unwritable';

/** The end of one attachment's way; the others go on. */
export class AttachmentProblem extends Error {
  readonly code: AttachmentFailure;
  readonly detail: string;

  constructor(code: AttachmentFailure, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** The user's file, open for reading. */
export interface SourceFile extends OpenFile {
  readonly realPath: string;
}

/**
 * The file that a path leads to; a link that the user names is followed to its end.
 * @throws AttachmentProblem
 */
export const openSource = async (path: string): Promise<SourceFile> => {
  try {
    const realPath = realpathSync.native(path);
    return { ...(await openRegularFile(realPath)), realPath };
  } catch (error) {
    throw sourceProblem(error);
  }
};

const sourceProblem = (error: unknown): AttachmentProblem => {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AttachmentProblem('missing', causeOf(error), { cause: error });
    case 'ENOTREGULAR':
    case 'ENXIO':
    case 'EISDIR':
      return new AttachmentProblem('notRegular', causeOf(error), { cause: error });
    default:
      return new AttachmentProblem('unreadable', causeOf(error), { cause: error });
  }
};

/** How the bytes got there: sharing blocks on the disk until one side is written, or copied. */
export type CopyWay = 'reflink' | 'copy';

export interface CopyResult {
  readonly way: CopyWay;
  readonly sha256: string;
  readonly size: number;
}

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether the disk may be asked to share blocks; set to false by the first refusal, for the files that follow. */
  readonly disk: { canReflink: boolean };
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Copies an open file to `staged`, which must not exist; it is durable when this returns, and gone when this throws.
 * @throws AttachmentProblem, CodedError `cancelled`
 */
export const copySource = async (source: SourceFile, staged: string, options: CopyOptions): Promise<CopyResult> => {
  try {
    const result = (await reflink(source, staged, options)) ?? (await copyBytes(source, staged, options));
    // Private, but a script stays executable; the source's time, for code that looks at it.
    await chmod(staged, 0o600 | (Number(source.status.mode) & constants.S_IXUSR));
    await utimes(staged, source.status.atime, source.status.mtime);
    return result;
  } catch (error) {
    await rm(staged, { force: true });
    if (isCoded(error) || error instanceof AttachmentProblem) {
      throw error;
    }
    const { code } = error as NodeJS.ErrnoException;
    const noSpace = code === 'ENOSPC' || code === 'EDQUOT';
    throw new AttachmentProblem(noSpace ? 'noSpace' : 'unwritable', causeOf(error), { cause: error });
  }
};

const reflink = async (source: SourceFile, staged: string, options: CopyOptions): Promise<CopyResult | undefined> => {
  if (!options.disk.canReflink) {
    return undefined;
  }
  const linux = process.platform === 'linux';
  try {
    await copyFile(
      linux ? `/proc/self/fd/${source.handle.fd}` : source.realPath,
      staged,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    );
  } catch {
    options.disk.canReflink = false;
    await rm(staged, { force: true });
    return undefined;
  }
  if (!sameStamp(stampOf(source.status), stampOf(await source.handle.stat({ bigint: true })))) {
    throw new AttachmentProblem('changedWhileReading', source.realPath);
  }
  const clone = await openRegularFile(staged);
  try {
    await clone.handle.sync();
    const { sha256, size } = await readContent(clone, {
      signal: options.signal,
      consume: (chunk) => {
        options.onBytes?.(chunk.length);
        return Promise.resolve();
      },
    });
    return { way: 'reflink', sha256, size };
  } finally {
    await clone.handle.close();
  }
};

const copyBytes = async (source: SourceFile, staged: string, options: CopyOptions): Promise<CopyResult> => {
  const target = await open(
    staged,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | openFlag('O_NOFOLLOW'),
    0o600,
  );
  try {
    await expectSpace(staged, Number(source.status.size));
    const content = await readContent(source, {
      signal: options.signal,
      consume: async (chunk) => {
        await writeWhole(target, chunk);
        options.onBytes?.(chunk.length);
      },
    });
    if (!content.stable) {
      throw new AttachmentProblem('changedWhileReading', source.realPath);
    }
    await target.sync();
    return { way: 'copy', sha256: content.sha256, size: content.size };
  } finally {
    await target.close();
  }
};

/** Said before the first byte: a disk filled to the brim harms everything else. */
const expectSpace = async (path: string, size: number): Promise<void> => {
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize < size) {
    throw new AttachmentProblem('noSpace', `${size} bytes needed, ${bavail * bsize} free`);
  }
};
