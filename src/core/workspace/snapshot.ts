// What is in a workspace at one moment: every regular file, and what is none with the reason.
import { fchmodSync, fstatSync } from 'node:fs';
import { throwIfAborted } from '../async.ts';
import { openDirectory, type Directory, type FolderIdentity } from './directory.ts';
import type { IrregularEntry, IrregularReason } from './irregular.ts';
import { hashInside, type FileStamp } from './regularFile.ts';
import { createSlice, type Slice } from './slices.ts';
import { walkFolder } from './walk.ts';

export type { IrregularEntry, IrregularReason } from './irregular.ts';
export { parseSnapshot, serializeSnapshot } from './snapshotText.ts';

/** A regular file of a workspace. */
export interface FileEntry extends FileStamp {
  /** From the workspace's root, separated by `/`, exactly as the file system spells it. */
  readonly relativePath: string;
  /** Of the content, lower-case hexadecimal, where it is known. */
  readonly sha256?: string;
}

export interface Snapshot {
  /** `undefined` when the workspace is missing or replaced. */
  readonly root: FolderIdentity | undefined;
  /**
   * The file system's own time when the snapshot began (its clock, not this machine's: they differ on network disks);
   * `undefined` where it can't be known.
   */
  readonly clockNs: bigint | undefined;
  /** Depth first, the names of each folder in the order of their UTF-16 code units. */
  readonly entries: readonly FileEntry[];
  readonly irregular: readonly IrregularEntry[];
  /** Whether a limit left something out. */
  readonly truncated: boolean;
}

export interface SnapshotLimits {
  readonly maxFiles: number;
  /** Folders below the root. One descriptor is held for each level. */
  readonly maxDepth: number;
}

export const defaultSnapshotLimits: SnapshotLimits = { maxFiles: 1_000_000, maxDepth: 64 };

export interface SnapshotOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hashes of files that did not change since are taken over from here. */
  readonly previous?: Snapshot | undefined;
  readonly limits?: Partial<SnapshotLimits> | undefined;
  /**
   * Reads the small files that were written so short a time ago that a second write could leave the same times (see {@link isRacy}).
   * For the snapshot before a run.
   */
  readonly hashRecent?: boolean | undefined;
}

/**
 * Takes a snapshot of the workspace at `root`. Folder by folder: the names asynchronously, the states synchronously in
 * slices of a few milliseconds (100,000 asynchronous calls of `lstat` take ten times as long). Follows no link.
 * A missing or replaced workspace is no error but an empty snapshot that says so.
 * @throws CodedError `cancelled`
 */
export const takeSnapshot = async (root: string, options: SnapshotOptions = {}): Promise<Snapshot> => {
  throwIfAborted(options.signal);
  const opened = openRoot(root);
  if (typeof opened === 'string') {
    return {
      root: undefined,
      clockNs: undefined,
      entries: [],
      irregular: [{ path: '', reason: opened }],
      truncated: false,
    };
  }
  const slice = createSlice(options.signal);
  try {
    const clockNs = fileSystemClock(opened);
    const known = await hashesByPath(options.previous, slice);
    const limits = { ...defaultSnapshotLimits, ...options.limits };
    const found = await walkFolder(opened, { limits, known, slice, signal: options.signal });
    const snapshot = { root: { device: opened.device, inode: opened.inode }, clockNs, ...found };
    return options.hashRecent === true ? await withRecentHashes(root, snapshot, options.signal) : snapshot;
  } finally {
    opened.close();
  }
};

const openRoot = (root: string): Directory | IrregularReason => {
  try {
    return openDirectory(root);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
        return 'rootMissing';
      case 'EACCES':
      case 'EPERM':
        return 'unreadable';
      default:
        return 'rootReplaced';
    }
  }
};

/** Setting a folder's mode to what it is changes nothing but its ctime, which then is the file system's present time. */
const fileSystemClock = (directory: Directory): bigint | undefined => {
  if (directory.descriptor === undefined) {
    return undefined;
  }
  try {
    const before = fstatSync(directory.descriptor);
    fchmodSync(directory.descriptor, before.mode & 0o7777);
    return fstatSync(directory.descriptor, { bigint: true }).ctimeNs;
  } catch {
    return undefined;
  }
};

const hashesByPath = async (previous: Snapshot | undefined, slice: Slice): Promise<ReadonlyMap<string, FileEntry>> => {
  const known = new Map<string, FileEntry>();
  for (const entry of previous?.entries ?? []) {
    if (entry.sha256 !== undefined) {
      known.set(entry.relativePath, entry);
    }
    if (slice.due()) {
      await slice.rest();
    }
  }
  return known;
};

const SECOND_NS = 1_000_000_000n;
/** Timer ticks are 1 to 10 ms long. */
const TICK_NS = 20_000_000n;

/**
 * Whether a file that is written again after a snapshot may keep the very stamp that it has there: its ctime lies within one
 * step of the clock before the snapshot. All by the file system's own clock; where that is unknown, so is the answer: true.
 */
export const isRacy = (entry: FileEntry, clockNs: bigint | undefined): boolean => {
  if (clockNs === undefined) {
    return true;
  }
  const wholeSeconds = clockNs % SECOND_NS === 0n && entry.ctimeNs % SECOND_NS === 0n;
  return entry.ctimeNs >= clockNs - (wholeSeconds ? 2n * SECOND_NS : TICK_NS);
};

const SMALL_BYTES = 1024 * 1024;
const MOST_RECENT_FILES = 100;

const withRecentHashes = async (root: string, snapshot: Snapshot, signal?: AbortSignal): Promise<Snapshot> => {
  const hashes = new Map<FileEntry, string>();
  for (const entry of snapshot.entries) {
    if (entry.sha256 === undefined && entry.size <= SMALL_BYTES && isRacy(entry, snapshot.clockNs)) {
      if (hashes.size >= MOST_RECENT_FILES) {
        break;
      }
      const sha256 = await hashInside(root, entry, signal);
      if (sha256 !== undefined) {
        hashes.set(entry, sha256);
      }
    }
  }
  if (hashes.size === 0) {
    return snapshot;
  }
  const entries = snapshot.entries.map((entry) => {
    const sha256 = hashes.get(entry);
    return sha256 === undefined ? entry : { ...entry, sha256 };
  });
  return { ...snapshot, entries };
};
