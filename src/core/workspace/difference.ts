// What happened to the files of a workspace between two snapshots.
//
//  before   after    size   stamps (mtime, ctime, inode)       content            told as
//  absent   there    -      -                                  -                  created
//  there    absent   -      -                                  -                  deleted
//  there    there    other  -                                  -                  modified
//  there    there    same   all equal, ctime well in the past  not read           (unchanged, not told)
//  there    there    same   all equal, ctime just before       known, equal       (unchanged, not told)
//                           the first snapshot                 known, other       modified
//                                                              unknown            (unchanged, not told)
//  there    there    same   any differs                        known, equal       touched, but unchanged
//                                                              known, other       modified
//                                                              unknown            modified
//
// ctime is set by each write, rename and change of mode, and no program can set it back (inode(7)): a rewrite of the same
// size with its mtime restored is found by it. Its step is the system's timer tick, or a second on some network and old
// file systems: a file that was written within one step before the first snapshot may be written again without a trace,
// so its content decides. "There" means: as a regular file; what became a link or a folder is told as deleted.
import { throwIfAborted } from '../async.ts';
import { hashInside, sameStamp } from './regularFile.ts';
import { createSlice, type Slice } from './slices.ts';
import { isRacy, type FileEntry, type IrregularEntry, type Snapshot } from './snapshot.ts';

export interface Difference {
  /** As they are after; with `sha256` where the content was read. */
  readonly created: readonly FileEntry[];
  readonly modified: readonly FileEntry[];
  /** As they were before. */
  readonly deleted: readonly FileEntry[];
  /** Written again with the same bytes, or only touched. */
  readonly unchangedButTouched: readonly FileEntry[];
  /** What is no regular file and was not there before. */
  readonly irregular: readonly IrregularEntry[];
}

export interface CompareOptions {
  /** The workspace, absolute. */
  readonly root: string;
  /** Reads a file as it is after and gives its sha256, `undefined` when it can't be read or does not stay still; from the disk unless given. */
  readonly hash?: ((entry: FileEntry) => Promise<string | undefined>) | undefined;
  /** Content by relative path as it was before (attachments, kept files), for entries whose snapshot has no hash. */
  readonly knownHashes?: ReadonlyMap<string, string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares two snapshots of one workspace. What a truncated snapshot did not look at is told as neither created nor deleted.
 * @throws CodedError `cancelled`
 */
export const compareSnapshots = async (
  before: Snapshot,
  after: Snapshot,
  options: CompareOptions,
): Promise<Difference> => {
  throwIfAborted(options.signal);
  const hash = options.hash ?? ((entry: FileEntry) => hashInside(options.root, entry, options.signal));
  const slice = createSlice(options.signal);
  const gone = await byPath(before.entries, slice);
  const created: FileEntry[] = [];
  const modified: FileEntry[] = [];
  const unchangedButTouched: FileEntry[] = [];
  for (const entry of after.entries) {
    if (slice.due()) {
      await slice.rest();
    }
    const earlier = gone.get(entry.relativePath);
    if (earlier === undefined) {
      if (!before.truncated || isNewerThan(entry, before)) {
        created.push(entry);
      }
      continue;
    }
    gone.delete(entry.relativePath);
    const untouched = sameStamp(earlier, entry);
    if (untouched && !isRacy(earlier, before.clockNs)) {
      continue;
    }
    if (earlier.size !== entry.size) {
      modified.push(entry);
      continue;
    }
    const known = earlier.sha256 ?? options.knownHashes?.get(entry.relativePath);
    if (known === undefined) {
      if (!untouched) {
        modified.push(entry);
      }
      continue;
    }
    const found = await hash(entry);
    throwIfAborted(options.signal);
    if (found !== known) {
      modified.push(withHash(entry, found));
    } else if (!untouched) {
      unchangedButTouched.push(withHash(entry, found));
    }
  }
  return {
    created,
    modified,
    deleted: after.truncated ? [] : [...gone.values()],
    unchangedButTouched,
    irregular: await newIrregular(before, after, slice),
  };
};

const byPath = async (entries: readonly FileEntry[], slice: Slice): Promise<Map<string, FileEntry>> => {
  const map = new Map<string, FileEntry>();
  for (const entry of entries) {
    map.set(entry.relativePath, entry);
    if (slice.due()) {
      await slice.rest();
    }
  }
  return map;
};

const withHash = (entry: FileEntry, sha256: string | undefined): FileEntry => {
  const { sha256: _stale, ...rest } = entry;
  return sha256 === undefined ? rest : { ...rest, sha256 };
};

const isNewerThan = (entry: FileEntry, snapshot: Snapshot): boolean =>
  snapshot.clockNs === undefined || entry.ctimeNs >= snapshot.clockNs;

const newIrregular = async (before: Snapshot, after: Snapshot, slice: Slice): Promise<readonly IrregularEntry[]> => {
  const known = new Set<string>();
  for (const { path, reason } of before.irregular) {
    known.add(`${reason} ${path}`);
    if (slice.due()) {
      await slice.rest();
    }
  }
  return after.irregular.filter(({ path, reason }) => !known.has(`${reason} ${path}`));
};
