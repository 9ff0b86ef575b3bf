// Deleting and restoring, in the registry and in the workspace: what a user deleted, code does not find in /mnt/data either.
import { createReadStream, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { causeOf } from '../errors.ts';
import type { DataFolder } from '../dataFolder.ts';
import type { Log } from '../log.ts';
import type { GeneratedFile } from '../registry/fileRecord.ts';
import type { Registry, TrashedAttachment } from '../registry/registry.ts';
import { openFolderInside } from '../workspace/directory.ts';
import { openLanding } from '../workspace/landing/landing.ts';
import { openInside, readContent } from '../workspace/regularFile.ts';

/** What was deleted together, and can be restored together. */
export interface Deleted {
  readonly files: readonly GeneratedFile[];
  readonly attachments: readonly TrashedAttachment[];
}

export interface TrashServices {
  readonly registry: Registry;
  readonly data: DataFolder;
  readonly user: string;
  readonly log: Log;
}

const hashOf = async (root: string, relativePath: string): Promise<string | undefined> => {
  try {
    const file = await openInside(root, relativePath);
    try {
      return (await readContent(file)).sha256;
    } finally {
      await file.handle.close();
    }
  } catch {
    return undefined;
  }
};

/** The workspace of a kept file; `undefined` where a cleanup has taken it. */
const workspaceOf = ({ registry, user }: TrashServices, file: GeneratedFile): string | undefined => {
  const path = registry.findWorkspace({ user, chatId: file.chat_id, messageId: file.message_id })?.path;
  return path !== undefined && existsSync(path) ? path : undefined;
};

/** Removes the workspace's copy of a deleted file: only its very bytes, not what became of it since. */
const removeCopy = async (services: TrashServices, file: GeneratedFile): Promise<void> => {
  const root = workspaceOf(services, file);
  if (root === undefined || (await hashOf(root, file.relative_path)) !== file.sha256) {
    return;
  }
  const landing = openLanding(root);
  try {
    landing.remove(file.relative_path);
  } finally {
    await landing.close();
  }
};

/** Puts a restored file back into the workspace, unless something has its name there. */
const putBack = async (services: TrashServices, file: GeneratedFile): Promise<void> => {
  const root = workspaceOf(services, file);
  if (root === undefined || lstatSync(join(root, file.relative_path), { throwIfNoEntry: false })) {
    return;
  }
  const { path } = services.registry.openContent(services.user, file.id);
  const landing = openLanding(root);
  try {
    const landed = landing.begin(file.relative_path, file.size);
    let offset = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      await landed.write(chunk as Buffer, offset);
      offset += (chunk as Buffer).byteLength;
    }
    const mtimeNs = BigInt(Date.parse(file.modified_at)) * 1_000_000n;
    await landed.finish({ size: file.size, sha256: file.sha256, mtimeNs });
  } finally {
    await landing.close();
  }
};

/** Moves one file between two folders of `<data>`, in which no link is followed. False where it is not there. */
const move = (root: string, relativePath: string, trash: string, direction: 'out' | 'back'): boolean => {
  const names = relativePath.split('/');
  const name = names.pop() ?? '';
  const folder = openFolderInside(root, names);
  try {
    const inside = folder.pathOf(name);
    const [from, to] = direction === 'out' ? [inside, trash] : [trash, inside];
    const isTaken = direction === 'back' && lstatSync(to, { throwIfNoEntry: false }) !== undefined;
    if (isTaken || !lstatSync(from, { throwIfNoEntry: false })?.isFile()) {
      return false;
    }
    renameSync(from, to);
    return true;
  } finally {
    folder.close();
  }
};

const attachmentBytes = (data: DataFolder, id: string): string => join(data.trash, id);

/** A file that can't be had (gone, or without a right) stays as it is: the marks are what counts. */
const quietly = async (log: Log, work: () => unknown): Promise<void> => {
  try {
    await work();
  } catch (error) {
    log.warn(`the workspace's copy of a deleted file: ${causeOf(error)}`);
  }
};

/**
 * Deletes generated files (each with all its versions, or just one version) and attachments; they can be restored.
 * @throws CodedError `file.notFound`; then nothing was deleted
 */
export const moveToTrash = async (
  services: TrashServices,
  ids: {
    readonly files: readonly string[];
    readonly attachments: readonly string[];
    readonly which: 'path' | 'version';
  },
): Promise<Deleted> => {
  const { registry, data, user, log } = services;
  // Where an earlier version takes its place, the file is still there.
  const isWhole = ids.which === 'path' || ids.files.every((id) => registry.listVersions(user, id).length === 1);
  const files = registry.trashFiles(user, ids.files, ids.which);
  const attachments = registry.markAttachments(user, ids.attachments);
  for (const file of isWhole ? files : []) {
    await quietly(log, () => removeCopy(services, file));
  }
  for (const { id, workspace, record } of attachments) {
    await quietly(log, () => {
      mkdirSync(data.trash, { recursive: true, mode: 0o700 });
      move(workspace.path, record.relativePath, attachmentBytes(data, id), 'out');
    });
  }
  return { files, attachments };
};

/** False where something has the attachment's name by now: it stays in the trash, and nothing is overwritten. */
const takeBack = (
  { registry, data, user, log }: TrashServices,
  { id, workspace, record }: TrashedAttachment,
): boolean => {
  const bytes = attachmentBytes(data, id);
  try {
    registry.workspaceFor(workspace.key);
    // Where there are no bytes, the next run copies the attachment from its source again.
    if (existsSync(bytes) && !move(workspace.path, record.relativePath, bytes, 'back')) {
      return false;
    }
  } catch (error) {
    log.warn(`${record.relativePath} stays in the trash: ${causeOf(error)}`);
    return false;
  }
  registry.unmarkAttachment(user, id);
  return true;
};

/** Takes what was deleted out of the trash again. What is not there any more, or has lost its name to something else, is left out of the answer. */
export const restoreFromTrash = async (
  services: TrashServices,
  ids: { readonly files: readonly string[]; readonly attachments: readonly string[] },
): Promise<Deleted> => {
  const { registry, user, log } = services;
  const files = registry.restoreFiles(user, ids.files);
  const attachments = registry.listTrashedAttachments(user).filter(({ id }) => ids.attachments.includes(id));
  // The latest version first: it is the one that the workspace had.
  for (const file of files) {
    await quietly(log, () => putBack(services, file));
  }
  const back = attachments.filter((attachment) => takeBack(services, attachment));
  return { files, attachments: back };
};

/** Bytes of attachments that were attached anew since, or that a crash left: nothing leads to them. */
const sweepBytes = ({ registry, data }: TrashServices): void => {
  for (const id of existsSync(data.trash) ? readdirSync(data.trash) : []) {
    if (!registry.isTrashedAttachment(id)) {
      rmSync(attachmentBytes(data, id), { force: true });
    }
  }
};

/** How much an emptied trash gave back. */
export interface Emptied {
  readonly files: number;
  readonly bytes: number;
}

const DAY = 86_400_000;

/** Removes for good what has been in the trash for `olderThanDays`; 0 takes all of it. */
export const emptyTrash = (services: TrashServices, olderThanDays: number): Emptied => {
  const { registry, data, user } = services;
  const until = Date.now() - olderThanDays * DAY;
  const files = registry.emptyTrash(user, olderThanDays);
  const attachments = registry.listTrashedAttachments(user).filter(({ trashedAt }) => trashedAt <= until);
  for (const { id } of attachments) {
    registry.forgetAttachment(user, id);
    rmSync(attachmentBytes(data, id), { force: true });
  }
  sweepBytes(services);
  const sizes = [...files.map(({ size }) => size), ...attachments.map(({ record }) => record.size)];
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
};
