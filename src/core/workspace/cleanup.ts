// Cleanup of old workspaces. Kept files lie elsewhere and are never touched; running and pinned messages neither.
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { causeOf } from '../errors.ts';
import { isFileName } from './attachmentName.ts';
import {
  inspectWorkspace,
  type CleanupAttachment,
  type Inspection,
  type IsKept,
  type LeftFile,
} from './cleanupInspection.ts';
import { openFolderInside } from './directory.ts';
import type { Workspace } from './messageKey.ts';
import { sameStamp, stampOf } from './regularFile.ts';
import { takeSnapshot, type FileEntry, type Snapshot } from './snapshot.ts';
import { moveToTrash, sweepLeftovers } from './trash.ts';

export type { CleanupAttachment, Inspection, IsKept, LeftFile, LeftReason } from './cleanupInspection.ts';

/** A workspace as the registry knows it. */
export interface CleanupCandidate {
  readonly workspace: Workspace;
  /** Epoch milliseconds. */
  readonly lastUsedAt: number;
  readonly pinned: boolean;
  /** Whether a process has the message: a run, or a kernel that waits for the next one. */
  readonly running: boolean;
  readonly attachments: readonly CleanupAttachment[];
}

export type SpareReason = 'running' | 'pinned' | 'recent';

export interface CleanupPlan {
  readonly due: readonly CleanupCandidate[];
  readonly spared: readonly { readonly candidate: CleanupCandidate; readonly reason: SpareReason }[];
}

export const defaultCleanupDays = 7;

const DAY = 24 * 60 * 60 * 1000;

/** Which workspaces are old enough, and why the others are spared. `olderThanDays` 0 takes all that are not in use. */
export const planCleanup = (
  candidates: readonly CleanupCandidate[],
  options: { readonly olderThanDays?: number | undefined; readonly now?: number | undefined } = {},
): CleanupPlan => {
  const before = (options.now ?? Date.now()) - (options.olderThanDays ?? defaultCleanupDays) * DAY;
  const due: CleanupCandidate[] = [];
  const spared: { candidate: CleanupCandidate; reason: SpareReason }[] = [];
  for (const candidate of candidates) {
    const reason = reasonToSpare(candidate, before);
    if (reason === undefined) {
      due.push(candidate);
    } else {
      spared.push({ candidate, reason });
    }
  }
  return { due, spared };
};

const reasonToSpare = (candidate: CleanupCandidate, before: number): SpareReason | undefined => {
  if (candidate.running) {
    return 'running';
  }
  if (candidate.pinned) {
    return 'pinned';
  }
  return candidate.lastUsedAt > before ? 'recent' : undefined;
};

/**
 * `scheduled` removes only what is kept elsewhere or is an unchanged attachment, and tells the rest.
 * `command` removes whole workspaces; the user was told what is kept nowhere else (see {@link inspectWorkspace}) and said yes.
 */
export type CleanupMode = 'scheduled' | 'command';

export interface CleanupServices {
  /** `<data>/uploads`. */
  readonly uploads: string;
  readonly isKept: IsKept;
  /** Keeps runs away from the message until it is disposed; `undefined` when it is in use, or pinned or used meanwhile. */
  readonly hold: (workspace: Workspace) => Disposable | undefined;
}

export interface CleanedWorkspace {
  readonly workspace: Workspace;
  /** Whether the whole folder has gone (or was not there). */
  readonly removed: boolean;
  readonly freedBytes: number;
  readonly freedFiles: number;
  readonly left: readonly LeftFile[];
}

export interface CleanupReport {
  readonly cleaned: readonly CleanedWorkspace[];
  readonly spared: CleanupPlan['spared'];
  readonly freedBytes: number;
  readonly freedFiles: number;
}

/**
 * Carries out a plan. One workspace's failure never stops the others: it is left, with its cause. A crash leaves each workspace
 * either there or gone, never cut in half in `command` mode; in `scheduled` mode it may have fewer of the files that are kept elsewhere.
 * @throws CodedError `cancelled` between two workspaces
 */
export const cleanUp = async (
  plan: CleanupPlan,
  services: CleanupServices,
  options: { readonly mode: CleanupMode; readonly signal?: AbortSignal | undefined },
): Promise<CleanupReport> => {
  const cleaned: CleanedWorkspace[] = [];
  const spared = [...plan.spared];
  for (const candidate of plan.due) {
    throwIfAborted(options.signal);
    const held = services.hold(candidate.workspace);
    if (held === undefined) {
      spared.push({ candidate, reason: 'running' });
      continue;
    }
    try {
      cleaned.push(await cleanOne(candidate, services, options));
    } finally {
      held[Symbol.dispose]();
    }
  }
  await sweepQuietly(services.uploads);
  return {
    cleaned,
    spared,
    freedBytes: cleaned.reduce((sum, one) => sum + one.freedBytes, 0),
    freedFiles: cleaned.reduce((sum, one) => sum + one.freedFiles, 0),
  };
};

/** What earlier crashes left; the next cleanup tries again. */
const sweepQuietly = async (uploads: string): Promise<void> => {
  try {
    await sweepLeftovers(uploads);
  } catch {
    // Such as a folder that belongs to another user.
  }
};

const cleanOne = async (
  { workspace, attachments }: CleanupCandidate,
  { uploads, isKept }: CleanupServices,
  { mode, signal }: { readonly mode: CleanupMode; readonly signal?: AbortSignal | undefined },
): Promise<CleanedWorkspace> => {
  try {
    if (!isWorkspaceOf(uploads, workspace)) {
      throw new Error('not a workspace of this data folder');
    }
    const status = lstatSync(workspace.path, { throwIfNoEntry: false });
    if (status === undefined) {
      return { workspace, removed: true, freedBytes: 0, freedFiles: 0, left: [] };
    }
    if (mode === 'command') {
      return await removeWhole(workspace, await takeSnapshot(workspace.path, { signal }), () => true);
    }
    const inspection = await inspectWorkspace(workspace, attachments, isKept, signal);
    return inspection.left.length === 0
      ? await removeWhole(workspace, inspection.snapshot, (moved) => sameFiles(inspection.snapshot, moved))
      : removeSome(workspace, inspection);
  } catch (error) {
    throwIfAborted(signal);
    const left: LeftFile = { path: '', reason: 'failed', size: 0, detail: causeOf(error) };
    return { workspace, removed: false, freedBytes: 0, freedFiles: 0, left: [left] };
  }
};

/** Never anything but a workspace's own folder: not the kept files, not what is not ours. */
const isWorkspaceOf = (uploads: string, { folder, path }: Workspace): boolean =>
  isFileName(folder) && !folder.startsWith('.') && folder !== 'code_generated' && path === join(uploads, folder);

/** Out of sight at once, where nobody finds it by its path any more; then looked at once more, then removed. */
const removeWhole = async (
  workspace: Workspace,
  snapshot: Snapshot,
  isAsExpected: (moved: Snapshot) => boolean,
): Promise<CleanedWorkspace> => {
  const trash = moveToTrash(workspace.path);
  if (!isAsExpected(await takeSnapshot(trash.content))) {
    trash.restore();
    const left: LeftFile = { path: '', reason: 'changing', size: 0 };
    return { workspace, removed: false, freedBytes: 0, freedFiles: 0, left: [left] };
  }
  await trash.remove();
  return {
    workspace,
    removed: true,
    freedBytes: sizeOf(snapshot.entries),
    freedFiles: snapshot.entries.length,
    left: [],
  };
};

const sameFiles = (before: Snapshot, after: Snapshot): boolean =>
  after.irregular.length === 0 &&
  before.entries.length === after.entries.length &&
  before.entries.every((entry, index) => {
    const other = after.entries[index];
    return other?.relativePath === entry.relativePath && sameStamp(entry, other);
  });

const sizeOf = (entries: readonly FileEntry[]): number => entries.reduce((sum, { size }) => sum + size, 0);

const removeSome = (workspace: Workspace, inspection: Inspection): CleanedWorkspace => {
  const gone: FileEntry[] = [];
  const left = [...inspection.left];
  const folders = new Set<string>();
  for (const entry of inspection.removable) {
    if (removeUnchanged(workspace.path, entry)) {
      gone.push(entry);
      foldersOf(entry.relativePath).forEach((folder) => folders.add(folder));
    } else {
      left.push({ path: entry.relativePath, reason: 'changing', size: entry.size });
    }
  }
  removeEmpty(workspace.path, folders);
  return { workspace, removed: false, freedBytes: sizeOf(gone), freedFiles: gone.length, left };
};

/** Removes the very version that was looked at; looking again and removing happen in one piece. */
const removeUnchanged = (root: string, entry: FileEntry): boolean => {
  const names = entry.relativePath.split('/');
  const name = names.pop() ?? '';
  try {
    const folder = openFolderInside(root, names);
    try {
      const path = folder.pathOf(name);
      const status = lstatSync(path, { bigint: true });
      if (!status.isFile() || !sameStamp(stampOf(status), entry)) {
        return false;
      }
      unlinkSync(path);
      return true;
    } finally {
      folder.close();
    }
  } catch {
    return false;
  }
};

/** `a/b/c.txt` -> `a/b`, `a`. */
const foldersOf = (relativePath: string): readonly string[] => {
  const names = relativePath.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
};

const removeEmpty = (root: string, folders: ReadonlySet<string>): void => {
  const deepestFirst = [...folders].sort((one, other) => other.split('/').length - one.split('/').length);
  for (const folder of deepestFirst) {
    const names = folder.split('/');
    const name = names.pop() ?? '';
    try {
      const parent = openFolderInside(root, names);
      try {
        rmdirSync(parent.pathOf(name));
      } finally {
        parent.close();
      }
    } catch {
      // Something is still in it.
    }
  }
};
