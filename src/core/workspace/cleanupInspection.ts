// What of a workspace may go: only what is kept elsewhere, or can be had again.
import { statSync } from 'node:fs';
import { throwIfAborted } from '../async.ts';
import type { IrregularReason } from './irregular.ts';
import type { Workspace } from './messageKey.ts';
import { hashInside } from './regularFile.ts';
import { takeSnapshot, type FileEntry, type Snapshot } from './snapshot.ts';

/** An attachment of the message, as it was prepared. */
export interface CleanupAttachment {
  readonly relativePath: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The user's own file. A copy whose original has gone is the last one. */
  readonly sourcePath: string;
}

/**
 * Why something stays. `notKept`: no other copy of it is known. `sourceGone`: the attachment's original is not there any more
 * (or has another size). `changing`: it did not stay still.
 */
export type LeftReason = 'notKept' | 'sourceGone' | 'changing' | 'failed' | IrregularReason;

export interface LeftFile {
  /** From the workspace's root; empty for the workspace itself. */
  readonly path: string;
  readonly reason: LeftReason;
  /** Bytes; 0 for what is no file. */
  readonly size: number;
  /** The cause in one line, where there is more to say. */
  readonly detail?: string;
}

export interface Inspection {
  readonly snapshot: Snapshot;
  /** Kept elsewhere, or an unchanged attachment. */
  readonly removable: readonly FileEntry[];
  readonly left: readonly LeftFile[];
}

/** Whether the bytes are kept for this message, and are really there. */
export type IsKept = (
  workspace: Workspace,
  content: { readonly sha256: string; readonly size: number; readonly relativePath: string },
) => boolean | Promise<boolean>;

/**
 * Looks at each file of a workspace and reads it whole; changes nothing.
 * @throws CodedError `cancelled`
 */
export const inspectWorkspace = async (
  workspace: Workspace,
  attachments: readonly CleanupAttachment[],
  isKept: IsKept,
  signal?: AbortSignal,
): Promise<Inspection> => {
  const snapshot = await takeSnapshot(workspace.path, { signal });
  const removable: FileEntry[] = [];
  const left: LeftFile[] = snapshot.irregular.map(({ path, reason }) => ({ path, reason, size: 0 }));
  const attached = new Map(attachments.map((attachment) => [attachment.relativePath, attachment]));
  for (const entry of snapshot.entries) {
    throwIfAborted(signal);
    const reason = await reasonToStay(workspace, entry, attached.get(entry.relativePath), isKept, signal);
    if (reason === undefined) {
      removable.push(entry);
    } else {
      left.push({ path: entry.relativePath, reason, size: entry.size });
    }
  }
  return { snapshot, removable, left };
};

const reasonToStay = async (
  workspace: Workspace,
  entry: FileEntry,
  attachment: CleanupAttachment | undefined,
  isKept: IsKept,
  signal: AbortSignal | undefined,
): Promise<LeftReason | undefined> => {
  const { relativePath, size } = entry;
  const sha256 = await hashInside(workspace.path, entry, signal);
  if (sha256 === undefined) {
    return 'changing';
  }
  if (await isKept(workspace, { sha256, size, relativePath })) {
    return undefined;
  }
  if (attachment?.sha256 !== sha256) {
    return 'notKept';
  }
  return isStillThere(attachment) ? undefined : 'sourceGone';
};

const isStillThere = ({ sourcePath, size }: CleanupAttachment): boolean => {
  try {
    const status = statSync(sourcePath);
    return status.isFile() && status.size === size;
  } catch {
    return false;
  }
};
