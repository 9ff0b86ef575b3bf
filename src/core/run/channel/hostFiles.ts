// The files of a workspace on this machine with the hash of each: what is compared with the kernel's folder.
import { hashInside } from '../../workspace/regularFile.ts';
import { takeSnapshot, type FileEntry, type Snapshot } from '../../workspace/snapshot.ts';

export interface HashedSnapshot extends Snapshot {
  /** Entries whose content could be read, by relative path; all have their hash. */
  readonly files: ReadonlyMap<string, FileEntry & { readonly sha256: string }>;
}

/**
 * @param previous - files that did not change since are not read again
 * @throws CodedError `cancelled`
 */
export const takeHashedSnapshot = async (
  root: string,
  previous: Snapshot | undefined,
  signal?: AbortSignal,
): Promise<HashedSnapshot> => {
  const snapshot = await takeSnapshot(root, { previous, signal });
  const files = new Map<string, FileEntry & { readonly sha256: string }>();
  const entries: FileEntry[] = [];
  for (const entry of snapshot.entries) {
    const sha256 = entry.sha256 ?? (await hashInside(root, entry, signal));
    entries.push(sha256 === undefined ? entry : { ...entry, sha256 });
    if (sha256 !== undefined) {
      files.set(entry.relativePath, { ...entry, sha256 });
    }
  }
  return { ...snapshot, entries, files };
};
