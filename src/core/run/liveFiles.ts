// What a run has made so far: the workspace looked at again and again while code runs, by whatever process.
//
// By snapshots, which cost a share of the time that they leave alone, and not by a watcher: a snapshot is what the run's end goes by too,
// it needs no watch for each folder (their number is limited, and network disks tell nothing), and it can't miss anything.
import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { sameStamp } from '../workspace/regularFile.ts';
import { parseSnapshot, takeSnapshot, type FileEntry, type Snapshot } from '../workspace/snapshot.ts';
import { isTracked } from '../workspace/trackedTypes.ts';

/** A file that is not kept yet. */
export interface LiveFile {
  readonly relativePath: string;
  readonly size: number;
  readonly status: 'created' | 'modified';
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Extensions with their dot; `null` for all. */
  readonly trackedTypes: readonly string[] | null;
  /** The part of the time that looking may take. */
  readonly share?: number;
  /** The shortest pause between two looks, milliseconds. */
  readonly pause?: number;
}

const bySpelling = (one: LiveFile, other: LiveFile): number => (one.relativePath < other.relativePath ? -1 : 1);

/** Files of a snapshot that were not there, or not the same, in an earlier one. */
export const filesSince = (
  before: Snapshot | undefined,
  now: Snapshot,
  trackedTypes: readonly string[] | null,
): LiveFile[] => {
  const known = new Map<string, FileEntry>(before?.entries.map((entry) => [entry.relativePath, entry]));
  return now.entries
    .flatMap((entry): LiveFile[] => {
      const { relativePath, size } = entry;
      const earlier = known.get(relativePath);
      if ((earlier && sameStamp(earlier, entry)) || !isTracked(relativePath, trackedTypes)) {
        return [];
      }
      return [{ relativePath, size, status: earlier ? 'modified' : 'created' }];
    })
    .sort(bySpelling);
};

const textOf = (files: readonly LiveFile[]): string => JSON.stringify(files);

/**
 * Tells what the message's run has made so far, each time that it is something else, until `signal`.
 * A run writes down what it found in the workspace when it begins: that is compared with.
 */
export const watchRun = async (
  registry: Pick<Registry, 'readBaseline'>,
  workspace: Workspace,
  onFiles: (files: readonly LiveFile[]) => void,
  { signal, trackedTypes, share = 0.05, pause = 400 }: WatchOptions,
): Promise<void> => {
  let told = '[]';
  let read: string | undefined;
  let before: Snapshot | undefined;
  let rest = pause;
  for (;;) {
    try {
      await delay(rest, undefined, { signal });
    } catch {
      return;
    }
    const start = performance.now();
    const baseline = registry.readBaseline(workspace);
    if (baseline !== read) {
      read = baseline;
      before = baseline === undefined ? undefined : parseSnapshot(baseline);
    }
    try {
      const files = filesSince(before, await takeSnapshot(workspace.path, { signal }), trackedTypes);
      const text = textOf(files);
      if (text !== told) {
        told = text;
        onFiles(files);
      }
    } catch {
      // Cancelled, or the workspace changes under the look: the next one tells.
    }
    rest = Math.max(pause, (performance.now() - start) * (1 / share - 1));
  }
};
