// The files that a message's code can read: what is in its workspace, and what will be there when it runs.
import { realpath } from 'node:fs/promises';
import { virtualRoot } from '../../paths/virtualPath.ts';
import { formatOfName } from '../../workspace/format.ts';
import { openInside, openRegularFile, type OpenFile } from '../../workspace/regularFile.ts';
import { takeSnapshot } from '../../workspace/snapshot.ts';
import { trackingOf } from '../../workspace/trackedTypes.ts';

/** A file that the user gave to the message. */
export interface PromptAttachment {
  /** Its path in the workspace, separated by `/`. */
  readonly relativePath: string;
  /** The user's own file, absolute: read while there is no copy in the workspace yet. */
  readonly sourcePath: string;
}

export interface PresentFile {
  /** Virtual path. */
  readonly path: string;
  readonly format: string;
  /** Bytes; `null` for an attachment that can't be read, which the code won't find. */
  readonly size: number | null;
  readonly attached: boolean;
  readonly open: () => Promise<OpenFile>;
}

export interface Listing {
  /** Attachments in their order, then everything else, the newest first. */
  readonly files: readonly PresentFile[];
  /** Whether there are more files than were listed. */
  readonly truncated: boolean;
}

/** More files than any prompt names. */
const mostFiles = 5000;

const sizeOf = async (open: () => Promise<OpenFile>): Promise<number | null> => {
  try {
    const { handle, status } = await open();
    await handle.close();
    return Number(status.size);
  } catch {
    return null;
  }
};

const formatName = (path: string): string => formatOfName(path)?.format ?? 'Other';

/**
 * Lists a message's files; a workspace that does not exist yet is empty. Caches and temporary files are left out.
 * @throws CodedError `cancelled`
 */
export const listFiles = async (
  workspacePath: string,
  attachments: readonly PromptAttachment[],
  signal: AbortSignal | undefined,
): Promise<Listing> => {
  const snapshot = await takeSnapshot(workspacePath, { signal, limits: { maxFiles: mostFiles } });
  const present = new Map(
    snapshot.entries
      .filter(({ relativePath }) => ['tracked', 'otherType'].includes(trackingOf(relativePath, null)))
      .map((entry) => [entry.relativePath, entry]),
  );
  const given = new Map(attachments.map((attachment) => [attachment.relativePath, attachment.sourcePath]));
  const attached = [...given].map(async ([relativePath, sourcePath]): Promise<PresentFile> => {
    const entry = present.get(relativePath);
    const open = entry
      ? () => openInside(workspacePath, relativePath)
      : async () => openRegularFile(await realpath(sourcePath));
    const size = entry?.size ?? (await sizeOf(open));
    return { path: `${virtualRoot}/${relativePath}`, format: formatName(relativePath), size, attached: true, open };
  });
  const others = [...present.values()]
    .filter(({ relativePath }) => !given.has(relativePath))
    .sort((one, other) => Number(other.mtimeNs - one.mtimeNs))
    .map(({ relativePath, size }) => ({
      path: `${virtualRoot}/${relativePath}`,
      format: formatName(relativePath),
      size,
      attached: false,
      open: () => openInside(workspacePath, relativePath),
    }));
  return { files: [...(await Promise.all(attached)), ...others], truncated: snapshot.truncated };
};
