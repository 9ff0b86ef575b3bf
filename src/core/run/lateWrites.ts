// Files that come after the end of a run: a thread or a process that its code left at work writes on. They are that run's.
import type { GeneratedFile } from '../registry/fileRecord.ts';
import type { Registry } from '../registry/registry.ts';
import type { Log } from '../log.ts';
import { compareSnapshots } from '../workspace/difference.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { hashInside } from '../workspace/regularFile.ts';
import type { FileEntry, Snapshot } from '../workspace/snapshot.ts';
import { parseSnapshot } from '../workspace/snapshotText.ts';
import { keepDifference } from './collect.ts';

/** Whether the message has these bytes already: a restored file, an attachment, a run whose end was written down by another program. */
const isKnown = async (registry: Registry, workspace: Workspace, entry: FileEntry): Promise<boolean> => {
  const sha256 = entry.sha256 ?? (await hashInside(workspace.path, entry));
  if (sha256 === undefined) {
    return false;
  }
  const attached = registry.listAttachments(workspace).some(({ record }) => record.sha256 === sha256);
  return attached || registry.isContentKept(workspace, { sha256, size: entry.size });
};

/**
 * Keeps what has changed in the workspace since the message's last run, as that run's; nothing while a run goes on.
 * @param now how the workspace is found before anything else changes it
 * @returns what was kept
 */
export const keepLateFiles = async (
  registry: Registry,
  workspace: Workspace,
  now: Snapshot,
  trackedTypes: readonly string[] | null,
  log: Log,
): Promise<readonly GeneratedFile[]> => {
  const stored = registry.readBaseline(workspace);
  const before = stored === undefined ? undefined : parseSnapshot(stored);
  if (!before) {
    return [];
  }
  const { created, modified } = await compareSnapshots(before, now, { root: workspace.path });
  if (created.length + modified.length === 0) {
    return [];
  }
  const last = registry.listRuns(workspace.key).at(-1);
  if (last === undefined || last.endedAt === null) {
    return [];
  }
  const unknown = async (entries: readonly FileEntry[]): Promise<FileEntry[]> => {
    const known = await Promise.all(entries.map((entry) => isKnown(registry, workspace, entry)));
    return entries.filter((_, index) => known[index] === false);
  };
  const late = { created: await unknown(created), modified: await unknown(modified) };
  const { files } = await keepDifference(registry, workspace, last.runId, late, trackedTypes, log);
  return files;
};
