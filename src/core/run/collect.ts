// Collecting what a run made: happens whatever the run did, and one file's failure never stops the others.
import { join } from 'node:path';
import { causeOf, isCoded } from '../errors.ts';
import type { Log } from '../log.ts';
import type { GeneratedFile } from '../registry/fileRecord.ts';
import type { Registry } from '../registry/registry.ts';
import { compareSnapshots, type Difference } from '../workspace/difference.ts';
import { formatOf } from '../workspace/format.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { takeSnapshot, type IrregularReason, type Snapshot } from '../workspace/snapshot.ts';
import { isTracked } from '../workspace/trackedTypes.ts';
import { virtualPath } from '../workspace/virtualName.ts';
import type { SkippedFile } from './result.ts';

export interface Collection {
  readonly files: GeneratedFile[];
  readonly skipped: SkippedFile[];
  /** The workspace as it was left. */
  readonly after: Snapshot;
}

const irregularWords: Record<IrregularReason, string> = {
  symlink: 'a symbolic link is not kept',
  hardLinked: 'a hard link to a file outside of /mnt/data is not kept',
  fifo: 'a named pipe is not kept',
  socket: 'a socket is not kept',
  device: 'a device is not kept',
  unreadable: "it can't be read",
  invalidName: 'its name is not valid UTF-8',
  tooDeep: 'it lies too deep in folders',
  tooMany: 'there are too many files',
  rootMissing: 'the workspace is gone',
  rootReplaced: 'the workspace was replaced by something else',
};

/**
 * Keeps every file that differs from `before`.
 * @param knownHashes content by relative path before the run, of attachments
 * @returns what was kept and what was not, with reasons; never throws for a single file
 */
export const collectGenerated = async (
  registry: Registry,
  workspace: Workspace,
  runId: string,
  before: Snapshot,
  knownHashes: ReadonlyMap<string, string>,
  trackedTypes: readonly string[] | null,
  log: Log,
): Promise<Collection> => {
  const after = await takeSnapshot(workspace.path, { previous: before });
  const difference = await compareSnapshots(before, after, { root: workspace.path, knownHashes });
  const irregular = difference.irregular.map(({ path, reason }) => ({
    path: virtualPath(path),
    reason: irregularWords[reason],
  }));
  const kept = await keepDifference(registry, workspace, runId, difference, trackedTypes, log);
  return { files: kept.files, skipped: [...irregular, ...kept.skipped], after };
};

/** Keeps files that were found to be new or changed, as a run's. Never throws for a single file. */
export const keepDifference = async (
  registry: Registry,
  workspace: Workspace,
  runId: string,
  difference: Pick<Difference, 'created' | 'modified'>,
  trackedTypes: readonly string[] | null,
  log: Log,
): Promise<Pick<Collection, 'files' | 'skipped'>> => {
  const files: GeneratedFile[] = [];
  const skipped: SkippedFile[] = [];
  const changes = [
    ...difference.created.map((entry) => ({ entry, status: 'created' as const })),
    ...difference.modified.map((entry) => ({ entry, status: 'modified' as const })),
  ];
  for (const { entry, status } of changes) {
    const { relativePath } = entry;
    if (!isTracked(relativePath, trackedTypes)) {
      continue;
    }
    const sourcePath = join(workspace.path, relativePath);
    try {
      const { format, mimeType } = await formatOf(sourcePath);
      const modifiedAt = Number(entry.mtimeNs / 1_000_000n);
      files.push(
        await registry.keepFile({ workspace, runId, sourcePath, relativePath, status, format, mimeType, modifiedAt }),
      );
    } catch (error) {
      log.warn(`${relativePath} was not kept: ${causeOf(error)}`);
      skipped.push({ path: virtualPath(relativePath), reason: reasonOf(error) });
    }
  }
  return { files, skipped };
};

const reasonOf = (error: unknown): string => {
  if (isCoded(error, 'file.unwritable') || isCoded(error, 'file.damaged')) {
    return error.detail.cause;
  }
  if (isCoded(error, 'file.unstable')) {
    return 'it kept changing while it was copied';
  }
  return causeOf(error);
};
