// What comes from the kernel's folder after a run: decided from its manifest before the first byte is asked for.
import type { KernelEntry, KernelManifest } from '../../kernel/transfer/types.ts';
import { readEntryPath, shownPath } from '../../workspace/landing/entryPath.ts';
import { foldPath, type NameFolding } from '../../workspace/landing/twins.ts';
import { isTracked } from '../../workspace/trackedTypes.ts';
import { leftWords, refusalWords } from './words.ts';

/** What is fetched without asking. */
export interface TransferLimits {
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Files of one run. */
  readonly files: number;
  /** Bytes of one run. */
  readonly totalBytes: number;
}

export interface PlannedPull {
  readonly relativePath: string;
  readonly rawPath: Uint8Array;
  readonly size: number;
  /** As the manifest told. */
  readonly sha256: string;
  readonly mtimeNs: bigint;
}

export interface LeftThere {
  /** To be shown; from the folder's root. */
  readonly path: string;
  readonly reason: string;
  /** Whether it was left for a limit, and can still be fetched. */
  readonly isOverLimit: boolean;
  /** The same for the same thing: what was told once is not told after each run. */
  readonly key: string;
}

export interface Same {
  readonly relativePath: string;
  readonly sha256: string;
  readonly stamp: string;
}

export interface Plan {
  readonly pull: readonly PlannedPull[];
  /** Files that the kernel had and has no more. */
  readonly gone: readonly string[];
  readonly left: readonly LeftThere[];
  /** What both sides have. */
  readonly same: readonly Same[];
}

export interface PlanState {
  /** sha256 by relative path, as the files are here. */
  readonly here: ReadonlyMap<string, string>;
  /** What both sides had when they were last compared, with the {@link stampThere} it had there. */
  readonly both: ReadonlyMap<string, string>;
  readonly limits: TransferLimits;
  readonly folding: NameFolding;
  /** Bytes that this machine's disk has room for. */
  readonly freeBytes: number;
}

/** Tells a version of a file there that is too large to be hashed. */
export const stampThere = ({ size, mtimeNs }: { readonly size: number; readonly mtimeNs: bigint }): string =>
  `${size}:${mtimeNs}`;

interface Candidate {
  readonly entry: KernelEntry;
  readonly relativePath: string;
  readonly sha256: string;
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1e6)} MB`;

const tooLarge = ({ fileBytes }: TransferLimits): string => `it is larger than ${megabytes(fileBytes)}`;

const noRoom = ({ size }: KernelEntry, free: number): string =>
  `this disk has no space for it: ${size} bytes are needed, ${free} are free`;

const keyOf = (entry: KernelEntry, reason: string): string =>
  [Buffer.from(entry.rawPath).toString('base64'), entry.sha256 ?? `${entry.size}:${entry.mtimeNs}`, reason].join(' ');

const leftThere = (entry: KernelEntry, reason: string, isOverLimit = false): LeftThere => ({
  path: shownPath(entry.rawPath),
  reason,
  isOverLimit,
  key: keyOf(entry, reason),
});

/** The manifest has no inode: names of one file have the same content, size and time, and are counted. */
const linkKey = ({ sha256, size, mtimeNs, links }: KernelEntry): string => [sha256, size, mtimeNs, links].join(' ');

const namesOfLinked = (entries: readonly KernelEntry[]): ReadonlyMap<string, number> => {
  const names = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'file' && entry.links > 1) {
      names.set(linkKey(entry), (names.get(linkKey(entry)) ?? 0) + 1);
    }
  }
  return names;
};

/** Names of files and of the folders on the way to them, each in one spelling only. */
const createTwinCheck = (folding: NameFolding): ((relativePath: string) => boolean) => {
  const spelled = new Map<string, string>();
  return (relativePath) => {
    if (!folding.caseBlind && !folding.formBlind) {
      return false;
    }
    const names = relativePath.split('/');
    return names.some((_, index) => {
      const prefix = names.slice(0, index + 1).join('/');
      const folded = foldPath(prefix, folding);
      const known = spelled.get(folded);
      spelled.set(folded, known ?? prefix);
      return known !== undefined && known !== prefix;
    });
  };
};

/** Nobody can tell whether these files are there still: the workspace keeps what it has of them. */
const keepBelow = (rawPath: Uint8Array, both: PlanState['both'], seen: Set<string>): void => {
  const prefix = rawPath.length === 0 ? '' : `${Buffer.from(rawPath).toString()}/`;
  for (const path of both.keys()) {
    if (path.startsWith(prefix)) {
      seen.add(path);
    }
  }
};

/** What is a regular file with a name that can be here; the rest goes to `left`. */
const candidatesOf = (
  manifest: KernelManifest,
  { both, folding, freeBytes, limits }: PlanState,
  left: LeftThere[],
  seen: Set<string>,
): Candidate[] => {
  const candidates: Candidate[] = [];
  const linked = namesOfLinked(manifest.entries);
  const isTwin = createTwinCheck(folding);
  for (const entry of manifest.entries) {
    if (entry.kind === 'directory') {
      continue;
    }
    if (entry.kind === 'closed') {
      keepBelow(entry.rawPath, both, seen);
      left.push(leftThere(entry, leftWords.closed));
      continue;
    }
    const path = readEntryPath(entry.rawPath);
    if (path.kind === 'refused') {
      left.push(leftThere(entry, refusalWords[path.refusal]));
    } else if (!isTracked(path.relativePath, null) && !both.has(path.relativePath)) {
      // Caches and temporary files: nobody misses them.
    } else if (entry.kind !== 'file') {
      left.push(leftThere(entry, entry.kind === 'link' ? leftWords.symlink : leftWords.special));
    } else if (entry.sha256 === null && entry.size > Math.min(limits.fileBytes, freeBytes)) {
      seen.add(path.relativePath);
      if (both.get(path.relativePath) !== stampThere(entry)) {
        left.push(leftThere(entry, entry.size > limits.fileBytes ? tooLarge(limits) : noRoom(entry, freeBytes), true));
      }
    } else if (entry.sha256 === null) {
      // It is there still, so the workspace keeps what it has of it.
      seen.add(path.relativePath);
      left.push(leftThere(entry, leftWords.unreadable));
    } else if (entry.links > 1 && (linked.get(linkKey(entry)) ?? 0) < entry.links) {
      seen.add(path.relativePath);
      left.push(leftThere(entry, leftWords.hardLinked));
    } else if (isTwin(path.relativePath)) {
      seen.add(path.relativePath);
      left.push(leftThere(entry, leftWords.nameTwin));
    } else {
      candidates.push({ entry, relativePath: path.relativePath, sha256: entry.sha256 });
    }
  }
  return candidates;
};

/** Compares the kernel's folder with the workspace. Nothing here is trusted: not the names, sizes, counts, nor that a path comes once. */
export const planPull = (manifest: KernelManifest, state: PlanState): Plan => {
  const left: LeftThere[] = [];
  const pull: PlannedPull[] = [];
  const same: Same[] = [];
  const seen = new Set<string>();
  const { limits } = state;
  let bytes = 0;
  for (const { entry, relativePath, sha256 } of candidatesOf(manifest, state, left, seen)) {
    if (seen.has(relativePath)) {
      continue;
    }
    seen.add(relativePath);
    if (state.here.get(relativePath) === sha256) {
      same.push({ relativePath, sha256, stamp: stampThere(entry) });
    } else if (entry.size > limits.fileBytes) {
      left.push(leftThere(entry, tooLarge(limits), true));
    } else if (pull.length >= limits.files) {
      left.push(leftThere(entry, `there are more than ${limits.files} new files`, true));
    } else if (bytes + entry.size > limits.totalBytes) {
      left.push(leftThere(entry, `the new files are larger than ${megabytes(limits.totalBytes)}`, true));
    } else if (bytes + entry.size > state.freeBytes) {
      const room = Math.max(0, state.freeBytes - bytes);
      left.push(leftThere(entry, noRoom(entry, room), true));
    } else {
      bytes += entry.size;
      pull.push({ relativePath, rawPath: entry.rawPath, size: entry.size, sha256, mtimeNs: entry.mtimeNs });
    }
  }
  if (manifest.truncated) {
    const reason = `there are more than ${manifest.entries.length} files: the rest was not looked at`;
    left.push({ path: '', reason, isOverLimit: false, key: reason });
  }
  const gone = manifest.truncated ? [] : [...state.both.keys()].filter((path) => !seen.has(path));
  return { pull, gone, left, same };
};
