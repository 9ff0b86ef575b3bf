// Attachments: a private copy of each of the user's files in the message's workspace, before the code runs.
//
// Running again prepares nothing again: a file that was prepared for this message and whose source did not change since
// is left as it is, also when the code changed the copy (that copy is the message's now). A copy that was deleted is
// prepared again. A source that changed replaces its old copy, unless the code changed that one: then both are there.
// A source that has gone does not matter while its copy is there.
import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { causeOf, CodedError } from '../errors.ts';
import { isFileName } from './attachmentName.ts';
import { moveOver, placeNew, readEntry, statusOf, type Placed } from './attachmentPlace.ts';
import {
  ownerOf,
  type AttachmentRecord,
  type AttachmentSource,
  type PreparedAttachment,
  type SkippedAttachment,
} from './attachmentRecord.ts';
import { AttachmentProblem, copySource, openSource, type CopyResult, type SourceFile } from './attachmentSource.ts';
import { isStillAt, openDirectory, type Directory } from './directory.ts';
import { stampOf, stampText } from './regularFile.ts';
import type { FileEntry } from './snapshot.ts';
import { stagedName } from './staging.ts';

export type { AttachmentRecord, AttachmentSource, PreparedAttachment, SkippedAttachment } from './attachmentRecord.ts';

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
  /** What was prepared for this message before. Files that are not among `sources` are looked after too: one that has gone is prepared again. */
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
  readonly recorded: readonly AttachmentRecord[];
  readonly disk: { canReflink: boolean };
  /** Who has which name in the workspace. */
  readonly claimed: Map<string, string>;
  readonly prepared: PreparedAttachment[];
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
  const skipped: SkippedAttachment[] = [];
  try {
    const recorded = options.recorded ?? [];
    const preparation: Preparation = {
      directory,
      stagingFolder: usableStagingFolder(directory, options.stagingFolder ?? dirname(workspacePath)),
      options,
      recorded,
      disk: { canReflink: true },
      claimed: new Map(recorded.map((record) => [record.relativePath, ownerOf(record)])),
      prepared: [],
    };
    for (const source of [...sources, ...recorded.map(sourceOf)]) {
      throwIfAborted(options.signal);
      try {
        await prepareOne(preparation, source);
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
    return { prepared: preparation.prepared, skipped: withoutRepeated(skipped) };
  } finally {
    directory.close();
  }
};

const sourceOf = ({ sourcePath, name, realPath }: AttachmentRecord): AttachmentSource => ({
  path: sourcePath,
  name,
  realPath,
});

const withoutRepeated = (skipped: readonly SkippedAttachment[]): readonly SkippedAttachment[] => [
  ...new Map(skipped.map((one) => [`${one.code} ${one.path}`, one])).values(),
];

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

const prepareOne = async (preparation: Preparation, source: AttachmentSource): Promise<void> => {
  const name = source.name ?? basename(source.path);
  if (!isFileName(name)) {
    throw new AttachmentProblem('invalidName', JSON.stringify(name));
  }
  if (preparation.prepared.some((one) => one.sourcePath === source.path && one.name === name)) {
    return;
  }
  const opened = await openOrPresent(preparation, source, name);
  if (opened === undefined) {
    return;
  }
  try {
    await prepareOpened(preparation, source, name, opened);
  } finally {
    await opened.handle.close();
  }
};

/** The source that was agreed to; `undefined` when it can't be had but its copy is there. */
const openOrPresent = async (
  preparation: Preparation,
  source: AttachmentSource,
  name: string,
): Promise<SourceFile | undefined> => {
  try {
    return await openAgreed(source);
  } catch (error) {
    const record = preparation.recorded.find((one) => one.sourcePath === source.path && one.name === name);
    const present = record && (await findPresent(preparation, record));
    if (!present) {
      throw error;
    }
    preparation.prepared.push({ ...record, ...present, way: 'present', isRecorded: true });
    return undefined;
  }
};

const openAgreed = async (source: AttachmentSource): Promise<SourceFile> => {
  const opened = await openSource(source.path);
  if (source.realPath !== undefined && source.realPath !== opened.realPath) {
    await opened.handle.close();
    throw new AttachmentProblem('replaced', opened.realPath);
  }
  return opened;
};

const prepareOpened = async (
  preparation: Preparation,
  source: AttachmentSource,
  name: string,
  opened: SourceFile,
): Promise<void> => {
  const { realPath, status } = opened;
  if (preparation.prepared.some((one) => one.realPath === realPath && one.name === name)) {
    return;
  }
  const record = preparation.recorded.find((one) => one.realPath === realPath && one.name === name);
  const present = record && (await findPresent(preparation, record));
  if (record?.sourceStamp === stampText(stampOf(status)) && present) {
    preparation.prepared.push({ ...record, ...present, way: 'present', isRecorded: true });
    return;
  }
  const limit = preparation.options.maxBytes ?? Number.POSITIVE_INFINITY;
  if (Number(status.size) > limit) {
    throw new AttachmentProblem('tooLarge', `${status.size} bytes, at most ${limit}`);
  }
  preparation.prepared.push(await copyInto(preparation, { source, name, opened, record, present }));
};

type Present = Pick<PreparedAttachment, 'changedInWorkspace' | 'entry'>;

/** The copy that was prepared before, if a regular file of its name is still there. */
const findPresent = async (preparation: Preparation, record: AttachmentRecord): Promise<Present | undefined> => {
  const { directory, options } = preparation;
  const status = statusOf(directory, record.relativePath);
  if (!status?.isFile()) {
    return undefined;
  }
  const stamp = stampOf(status);
  if (stampText(stamp) === record.copyStamp) {
    const entry = { relativePath: record.relativePath, ...stamp, sha256: record.sha256 };
    return { changedInWorkspace: false, entry };
  }
  const read = await readEntry(directory, record.relativePath, options.signal);
  if (read === undefined) {
    return undefined;
  }
  const { links: _, ...entry } = read;
  return { changedInWorkspace: entry.sha256 !== record.sha256, entry };
};

interface Pending {
  readonly source: AttachmentSource;
  readonly name: string;
  readonly opened: SourceFile;
  readonly record: AttachmentRecord | undefined;
  readonly present: Present | undefined;
}

const copyInto = async (preparation: Preparation, pending: Pending): Promise<PreparedAttachment> => {
  const staged = join(preparation.stagingFolder, stagedName());
  try {
    const copied = await copyOnceMore(preparation, pending, staged);
    const { sha256, size, sourceStamp } = copied;
    const { source, name, record, present, opened } = pending;
    if (record?.sha256 === sha256 && present) {
      // The source was touched, not changed: the copy stays, also where the code changed it.
      return { ...record, ...present, sourceStamp, way: 'present', isRecorded: false };
    }
    const placed = await place(preparation, staged, pending, copied);
    preparation.claimed.set(placed.relativePath, ownerOf({ realPath: opened.realPath, name }));
    // Before the state is read: a file's ctime changes when it loses a name.
    await rm(staged, { force: true });
    const status = statusOf(preparation.directory, placed.relativePath);
    if (!status?.isFile()) {
      throw new AttachmentProblem('unwritable', 'removed from the workspace at once');
    }
    const entry: FileEntry = { relativePath: placed.relativePath, ...stampOf(status), sha256 };
    return {
      sourcePath: source.path,
      realPath: opened.realPath,
      name,
      relativePath: placed.relativePath,
      size,
      sha256,
      sourceStamp,
      copyStamp: stampText(entry),
      way: placed.adopted ? 'present' : copied.way,
      isRecorded: false,
      changedInWorkspace: false,
      entry,
    };
  } finally {
    await rm(staged, { force: true });
  }
};

const place = async (
  preparation: Preparation,
  staged: string,
  { record, present, name, opened }: Pending,
  { sha256, size }: CopyResult,
): Promise<Placed> => {
  const { directory, claimed, options } = preparation;
  if (record && present?.changedInWorkspace === false) {
    moveOver(staged, directory, record.relativePath);
    return { relativePath: record.relativePath, adopted: false };
  }
  const owner = ownerOf({ realPath: opened.realPath, name });
  const isTaken = (candidate: string): boolean => (claimed.get(candidate) ?? owner) !== owner;
  return placeNew({ directory, staged, name, sha256, size, isTaken, signal: options.signal });
};

type Copied = CopyResult & { readonly sourceStamp: string };

/** A file that changes while it is copied gets a second chance. */
const copyOnceMore = async (preparation: Preparation, pending: Pending, staged: string): Promise<Copied> => {
  const copy = async (opened: SourceFile): Promise<Copied> => {
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
