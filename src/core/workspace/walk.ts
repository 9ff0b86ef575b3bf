// The way through a folder tree for a snapshot: each folder is opened from its parent, no link is followed.
import { isUtf8 } from 'node:buffer';
import { lstatSync, type BigIntStats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { throwIfAborted } from '../async.ts';
import type { Directory } from './directory.ts';
import { irregularReason, type IrregularEntry, type IrregularReason } from './irregular.ts';
import { sameStamp } from './regularFile.ts';
import { sortNames, type Slice } from './slices.ts';
import type { FileEntry, SnapshotLimits } from './snapshot.ts';

export interface WalkOptions {
  readonly limits: SnapshotLimits;
  /** Entries whose hash is taken over when the file is still the same. */
  readonly known: ReadonlyMap<string, FileEntry>;
  readonly slice: Slice;
  readonly signal: AbortSignal | undefined;
}

export interface WalkResult {
  readonly entries: readonly FileEntry[];
  readonly irregular: readonly IrregularEntry[];
  /** Whether something was not looked at: beyond a limit, or in a folder that can't be read. */
  readonly truncated: boolean;
}

interface Walk extends WalkOptions {
  readonly entries: FileEntry[];
  readonly irregular: IrregularEntry[];
  readonly hardLinks: Map<string, { readonly links: number; readonly paths: string[] }>;
  /** Of this process. */
  readonly user: number | undefined;
  truncated: boolean;
  full: boolean;
}

/**
 * All that is in an open folder, the files of each folder before its folders.
 * @throws CodedError `cancelled`
 */
export const walkFolder = async (directory: Directory, options: WalkOptions): Promise<WalkResult> => {
  const walk: Walk = {
    ...options,
    entries: [],
    irregular: [],
    hardLinks: new Map(),
    user: process.geteuid?.(),
    truncated: false,
    full: false,
  };
  await visit(walk, directory, '', 0);
  return { ...withoutOutsideLinks(walk), truncated: walk.truncated };
};

const visit = async (walk: Walk, directory: Directory, prefix: string, depth: number): Promise<void> => {
  const folders: string[] = [];
  for (const name of await namesIn(walk, directory, prefix)) {
    if (walk.slice.due()) {
      await walk.slice.rest();
    }
    const status = statusOf(walk, directory, name, prefix + name);
    if (status?.isDirectory()) {
      folders.push(name);
    } else if (status && walk.entries.length + walk.irregular.length >= walk.limits.maxFiles) {
      leaveOut(walk, prefix + name, 'tooMany');
      walk.full = true;
      return;
    } else if (status) {
      addFile(walk, prefix + name, status);
    }
  }
  for (const name of folders) {
    throwIfAborted(walk.signal);
    const path = prefix + name;
    const child = depth < walk.limits.maxDepth ? openChild(walk, directory, name, path) : 'tooDeep';
    if (child === 'tooDeep') {
      leaveOut(walk, path, child);
    } else if (child) {
      try {
        await visit(walk, child, `${path}/`, depth + 1);
      } finally {
        child.close();
      }
    }
    if (walk.full) {
      return;
    }
  }
};

const leaveOut = (walk: Walk, path: string, reason: IrregularReason): void => {
  walk.truncated = true;
  walk.irregular.push({ path, reason });
};

/** The state of a name; `undefined` when it has gone meanwhile, or can't be known, which is noted. */
const statusOf = (walk: Walk, directory: Directory, name: string, path: string): BigIntStats | undefined => {
  try {
    return lstatSync(directory.pathOf(name), { bigint: true, throwIfNoEntry: false });
  } catch {
    // A folder that may be listed but not entered, or a failing disk.
    leaveOut(walk, path, 'unreadable');
    return undefined;
  }
};

const openChild = (walk: Walk, directory: Directory, name: string, path: string): Directory | undefined => {
  try {
    return directory.child(name);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
        break;
      case 'ELOOP':
      case 'ENOTDIR':
        // Exchanged since it was looked at.
        walk.irregular.push({ path, reason: 'symlink' });
        break;
      default:
        leaveOut(walk, path, 'unreadable');
    }
    return undefined;
  }
};

const REPLACEMENT = '\uFFFD';

/** The names in a folder, in order. Names that are not UTF-8 can't be told from each other as text: they are noted and left out. */
const namesIn = async (walk: Walk, directory: Directory, prefix: string): Promise<readonly string[]> => {
  try {
    const names = await readdir(directory.path);
    return await sortNames(names.some(hasReplacement) ? await validNames(walk, directory, prefix) : names, walk.slice);
  } catch (error) {
    throwIfAborted(walk.signal);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      leaveOut(walk, prefix.slice(0, -1), 'unreadable');
    }
    return [];
  }
};

const hasReplacement = (name: string): boolean => name.includes(REPLACEMENT);

const validNames = async (walk: Walk, directory: Directory, prefix: string): Promise<string[]> => {
  const valid: string[] = [];
  for (const name of await readdir(directory.path, { encoding: 'buffer' })) {
    if (isUtf8(name)) {
      valid.push(name.toString());
    } else {
      walk.irregular.push({ path: prefix + escapeBytes(name), reason: 'invalidName' });
    }
  }
  return valid;
};

const escapeBytes = (name: Uint8Array): string =>
  Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');

const addFile = (walk: Walk, path: string, status: BigIntStats): void => {
  const reason = irregularReason(status, walk.user);
  if (reason !== undefined) {
    walk.irregular.push({ path, reason });
    return;
  }
  const entry: FileEntry = {
    relativePath: path,
    size: Number(status.size),
    mtimeNs: status.mtimeNs,
    ctimeNs: status.ctimeNs,
    inode: status.ino,
  };
  const known = walk.known.get(path);
  walk.entries.push(
    known?.sha256 !== undefined && sameStamp(known, entry) ? { ...entry, sha256: known.sha256 } : entry,
  );
  if (status.nlink > 1n) {
    const key = `${status.dev}:${status.ino}`;
    const found = walk.hardLinks.get(key);
    if (found) {
      found.paths.push(path);
    } else {
      walk.hardLinks.set(key, { links: Number(status.nlink), paths: [path] });
    }
  }
};

/** A file that has a name outside the workspace may be any file of this machine: it is not taken as made by the code. */
const withoutOutsideLinks = (walk: Walk): Omit<WalkResult, 'truncated'> => {
  const outside = new Set<string>();
  for (const { links, paths } of walk.hardLinks.values()) {
    if (paths.length < links) {
      paths.forEach((path) => outside.add(path));
    }
  }
  if (outside.size === 0) {
    return { entries: walk.entries, irregular: walk.irregular };
  }
  return {
    entries: walk.entries.filter((entry) => !outside.has(entry.relativePath)),
    irregular: [...walk.irregular, ...Array.from(outside, (path) => ({ path, reason: 'hardLinked' as const }))],
  };
};
