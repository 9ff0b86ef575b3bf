// Attachments: a private copy of each of the user's files in the message's workspace, before the code runs.
//
// Running again prepares nothing again: a file that was prepared for this message and whose source did not change since
// is left as it is, also when the code changed the copy (that copy is the message's now). A copy that was deleted is
// prepared again. A source that changed replaces its old copy, unless the code changed that one: then both are there.
import { linkSync, lstatSync, renameSync, type BigIntStats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { causeOf, CodedError } from '../errors.ts';
import { isFileName, nameCandidates } from './attachmentName.ts';
import {
  AttachmentProblem,
  copySource,
  openSource,
  type AttachmentFailure,
  type CopyResult,
  type CopyWay,
} from './attachmentSource.ts';
import { isStillAt, openDirectory, type Directory } from './directory.ts';
import { openRegularFile, readContent, stampOf, stampText, type OpenFile } from './regularFile.ts';
import type { FileEntry } from './snapshot.ts';
import { stagedName } from './staging.ts';

/** A file that belongs to a message. */
export interface AttachmentSource {
  /** Absolute. */
  readonly path: string;
  /** Its name in the workspace; the path's own last part where none is given. */
  readonly name?: string | undefined;
  /** The file that was agreed to; where `path` leads elsewhere by now, nothing is attached. */
  readonly realPath?: string | undefined;
}

/** What is remembered of a prepared attachment, for the next run of the same message. */
export interface AttachmentRecord {
  readonly realPath: string;
  /** The name that was asked for. */
  readonly name: string;
  /** Where it is in the workspace; differs from `name` when that was taken. */
  readonly relativePath: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The version of the source; only to be compared for equality. */
  readonly sourceStamp: string;
  /** The version of the copy as it was prepared; only to be compared for equality. */
  readonly copyStamp: string;
}

export interface PreparedAttachment extends AttachmentRecord {
  /** The path that was attached. */
  readonly sourcePath: string;
  /** `present`: it was there already. */
  readonly way: CopyWay | 'present';
  /** Whether the code changed the copy since it was prepared. */
  readonly changedInWorkspace: boolean;
  /** The copy as it is now; with its hash unless it was changed. */
  readonly entry: FileEntry;
}

export interface SkippedAttachment {
  /** The path that was attached. */
  readonly path: string;
  readonly code: AttachmentFailure;
  /** The cause in one line. */
  readonly detail: string;
}

export interface AttachmentsResult {
  readonly prepared: readonly PreparedAttachment[];
  readonly skipped: readonly SkippedAttachment[];
}

export interface AttachmentProgress {
  readonly path: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
  /** What was prepared for this message before. */
  readonly recorded?: readonly AttachmentRecord[] | undefined;
  /** Larger files are named in `skipped`. Bytes. */
  readonly maxBytes?: number | undefined;
  /** Where copies are written until they are whole: on the workspace's disk, out of the kernel's sight. The folder that holds the workspace unless given. */
  readonly stagingFolder?: string | undefined;
  readonly onProgress?: ((progress: AttachmentProgress) => void) | undefined;
}

interface Preparation {
  readonly directory: Directory;
  readonly stagingFolder: string;
  readonly options: PrepareOptions;
  readonly disk: { canReflink: boolean };
  /** Who has which name in the workspace. */
  readonly claimed: Map<string, string>;
}

/**
 * Prepares the attachments of a message in its workspace. One that fails is named, the others arrive. Each appears whole
 * or not at all, and nothing outside the workspace is written, whatever the code has put there.
 * @throws CodedError `cancelled`; `data.notWritable` when the workspace is no folder
 */
export const prepareAttachments = async (
  workspacePath: string,
  sources: readonly AttachmentSource[],
  options: PrepareOptions = {},
): Promise<AttachmentsResult> => {
  throwIfAborted(options.signal);
  const directory = openWorkspace(workspacePath);
  const prepared: PreparedAttachment[] = [];
  const skipped: SkippedAttachment[] = [];
  try {
    const preparation: Preparation = {
      directory,
      stagingFolder: usableStagingFolder(directory, options.stagingFolder ?? dirname(workspacePath)),
      options,
      disk: { canReflink: true },
      claimed: new Map(options.recorded?.map((record) => [record.relativePath, ownerOf(record)])),
    };
    for (const source of sources) {
      throwIfAborted(options.signal);
      try {
        const attachment = await prepareOne(preparation, source, prepared);
        if (attachment !== undefined) {
          prepared.push(attachment);
        }
      } catch (error) {
        if (!(error instanceof AttachmentProblem)) {
          throw error;
        }
        skipped.push({ path: source.path, code: error.code, detail: error.detail });
      }
    }
    syncNames(directory);
    if (!isStillAt(directory, workspacePath)) {
      throw new CodedError('data.notWritable', { folder: workspacePath, cause: 'the folder was replaced' });
    }
    return { prepared, skipped };
  } finally {
    directory.close();
  }
};

const openWorkspace = (path: string): Directory => {
  try {
    return openDirectory(path);
  } catch (error) {
    throw new CodedError('data.notWritable', { folder: path, cause: causeOf(error) }, { cause: error });
  }
};

/** A finished copy is moved into the workspace by its name alone, which works within one disk only. */
const usableStagingFolder = (directory: Directory, folder: string): string =>
  lstatSync(folder, { bigint: true, throwIfNoEntry: false })?.dev === directory.device ? folder : directory.path;

const syncNames = (directory: Directory): void => {
  try {
    directory.sync();
  } catch {
    // Some network disks can't; the names are durable a moment later.
  }
};

const ownerOf = (of: { readonly realPath: string; readonly name: string }): string => `${of.name}/${of.realPath}`;

const prepareOne = async (
  preparation: Preparation,
  source: AttachmentSource,
  prepared: readonly PreparedAttachment[],
): Promise<PreparedAttachment | undefined> => {
  const name = source.name ?? basename(source.path);
  if (!isFileName(name)) {
    throw new AttachmentProblem('invalidName', JSON.stringify(name));
  }
  const opened = await openSource(source.path);
  try {
    const { realPath } = opened;
    if (source.realPath !== undefined && source.realPath !== realPath) {
      throw new AttachmentProblem('replaced', realPath);
    }
    const limit = preparation.options.maxBytes ?? Number.POSITIVE_INFINITY;
    if (Number(opened.status.size) > limit) {
      throw new AttachmentProblem('tooLarge', `${opened.status.size} bytes, at most ${limit}`);
    }
    if (prepared.some((one) => one.realPath === realPath && one.name === name)) {
      return undefined;
    }
    const record = preparation.options.recorded?.find((one) => one.realPath === realPath && one.name === name);
    const present = record && (await findPresent(preparation, record));
    if (record?.sourceStamp === stampText(stampOf(opened.status)) && present) {
      return { ...record, ...present, sourcePath: source.path, way: 'present' };
    }
    return await copyInto(preparation, { source, name, opened, record, present });
  } finally {
    await opened.handle.close();
  }
};

interface Present {
  readonly changedInWorkspace: boolean;
  readonly entry: FileEntry;
}

/** The copy that was prepared before, if a regular file of its name is still there. */
const findPresent = async (preparation: Preparation, record: AttachmentRecord): Promise<Present | undefined> => {
  const status = statusOf(preparation.directory, record.relativePath);
  if (!status?.isFile()) {
    return undefined;
  }
  const entry = entryOf(record.relativePath, status);
  const same =
    stampText(entry) === record.copyStamp ||
    (entry.size === record.size && (await contentOf(preparation, record.relativePath))?.sha256 === record.sha256);
  return same
    ? { changedInWorkspace: false, entry: { ...entry, sha256: record.sha256 } }
    : { changedInWorkspace: true, entry };
};

const statusOf = (directory: Directory, name: string): BigIntStats | undefined =>
  lstatSync(directory.pathOf(name), { bigint: true, throwIfNoEntry: false });

const entryOf = (relativePath: string, status: BigIntStats): FileEntry => ({ relativePath, ...stampOf(status) });

const contentOf = async (
  { directory, options }: Preparation,
  name: string,
): Promise<{ readonly sha256: string; readonly links: number } | undefined> => {
  let opened: OpenFile;
  try {
    opened = await openRegularFile(directory.pathOf(name));
  } catch {
    return undefined;
  }
  try {
    const { sha256, stable } = await readContent(opened, { signal: options.signal });
    return stable ? { sha256, links: Number(opened.status.nlink) } : undefined;
  } finally {
    await opened.handle.close();
  }
};

interface Pending {
  readonly source: AttachmentSource;
  readonly name: string;
  readonly opened: OpenFile & { readonly realPath: string };
  readonly record: AttachmentRecord | undefined;
  readonly present: Present | undefined;
}

const copyInto = async (preparation: Preparation, pending: Pending): Promise<PreparedAttachment> => {
  const staged = join(preparation.stagingFolder, stagedName());
  try {
    const copied = await copyOnceMore(preparation, pending, staged);
    const { sha256, size, sourceStamp } = copied;
    const { source, name, record, present } = pending;
    if (record?.sha256 === sha256 && present) {
      // The source was touched, not changed: the copy stays, also where the code changed it.
      return { ...record, ...present, sourceStamp, sourcePath: source.path, way: 'present' };
    }
    const { realPath } = pending.opened;
    const placed = await place(preparation, staged, pending, copied);
    preparation.claimed.set(placed.relativePath, ownerOf({ realPath, name }));
    // Before the state is read: a file's ctime changes when it loses a name.
    await rm(staged, { force: true });
    const status = statusOf(preparation.directory, placed.relativePath);
    if (!status?.isFile()) {
      throw new AttachmentProblem('unwritable', 'removed from the workspace at once');
    }
    const entry = { ...entryOf(placed.relativePath, status), sha256 };
    return {
      realPath,
      name,
      relativePath: placed.relativePath,
      size,
      sha256,
      sourceStamp,
      copyStamp: stampText(entry),
      sourcePath: source.path,
      way: placed.adopted ? 'present' : copied.way,
      changedInWorkspace: false,
      entry,
    };
  } finally {
    await rm(staged, { force: true });
  }
};

type Copied = CopyResult & { readonly sourceStamp: string };

/** A file that changes while it is copied gets a second chance. */
const copyOnceMore = async (preparation: Preparation, pending: Pending, staged: string): Promise<Copied> => {
  const copy = async (opened: Pending['opened']): Promise<Copied> => {
    let bytes = 0;
    const { onProgress } = preparation.options;
    const totalBytes = Number(opened.status.size);
    const result = await copySource(opened, staged, {
      signal: preparation.options.signal,
      disk: preparation.disk,
      onBytes:
        onProgress &&
        ((more) => {
          bytes += more;
          onProgress({ path: pending.source.path, bytes, totalBytes });
        }),
    });
    return { ...result, sourceStamp: stampText(stampOf(opened.status)) };
  };
  try {
    return await copy(pending.opened);
  } catch (error) {
    if (!(error instanceof AttachmentProblem && error.code === 'changedWhileReading')) {
      throw error;
    }
    const again = await openSource(pending.opened.realPath);
    try {
      return await copy(again);
    } finally {
      await again.handle.close();
    }
  }
};

interface Placed {
  readonly relativePath: string;
  /** Whether the same content was there under this name already. */
  readonly adopted: boolean;
}

const place = async (
  preparation: Preparation,
  staged: string,
  { record, present, name, opened }: Pending,
  { sha256, size }: CopyResult,
): Promise<Placed> => {
  const { directory } = preparation;
  if (record && present?.changedInWorkspace === false) {
    move(staged, directory.pathOf(record.relativePath));
    return { relativePath: record.relativePath, adopted: false };
  }
  const owner = ownerOf({ realPath: opened.realPath, name });
  for (const candidate of nameCandidates(name)) {
    const claimedBy = preparation.claimed.get(candidate);
    if (claimedBy !== undefined && claimedBy !== owner) {
      continue;
    }
    if (linkNew(staged, directory, candidate)) {
      return { relativePath: candidate, adopted: false };
    }
    if (Number(statusOf(directory, candidate)?.size ?? -1n) === size) {
      const found = await contentOf(preparation, candidate);
      if (found?.sha256 === sha256) {
        if (found.links > 1) {
          // A name outside this workspace for the same bytes, such as one left by a crash: the copy must be private.
          move(staged, directory.pathOf(candidate));
        }
        return { relativePath: candidate, adopted: found.links === 1 };
      }
    }
  }
  throw new AttachmentProblem('unwritable', `no free name for ${JSON.stringify(name)}`);
};

/** Gives the staged file its name; false when something has that name already. Never replaces anything. */
const linkNew = (staged: string, directory: Directory, name: string): boolean => {
  const target = directory.pathOf(name);
  try {
    linkSync(staged, target);
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
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
    return false;
  }
  move(staged, target);
  return true;
};

const move = (staged: string, target: string): void => {
  try {
    renameSync(staged, target);
  } catch (error) {
    throw new AttachmentProblem('unwritable', causeOf(error), { cause: error });
  }
};
