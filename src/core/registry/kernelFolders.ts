// Folders that this data folder's kernels have on machines that share none with this one: what outlives a process that is
// killed, or a kernel that is culled, so that somebody can fetch what is there and take it away.
import * as v from 'valibot';
import type { Workspace } from '../workspace/messageKey.ts';
import { integerColumn, outsideText, textColumn } from './columns.ts';
import type { Database } from './sqlite.ts';

/** One message's folder on a kernel's machine. */
export interface KernelFolder {
  /** What is in the owner's file beside the folder: random, and known to nobody else. */
  readonly mark: string;
  /** As the kernel's machine names it. */
  readonly folder: string;
  /** Of the message that it belongs to. */
  readonly workspace: Pick<Workspace, 'id' | 'key' | 'folder'>;
  readonly kernelId: string;
  readonly kernelName: string;
  /** Address of the gateway, as in a lease. */
  readonly connection: string;
  /** Epoch milliseconds. */
  readonly madeAt: number;
}

export type NewKernelFolder = Omit<KernelFolder, 'workspace' | 'madeAt'>;

export interface KernelFolders {
  noteKernelFolder(workspace: Pick<Workspace, 'id'>, folder: NewKernelFolder): void;
  /** Once it is not there any more, or is to stay there. */
  forgetKernelFolder(mark: string): void;
  /** Oldest first. */
  kernelFolders(): KernelFolder[];
}

const folderRow = v.pipe(
  v.object({
    mark: textColumn,
    folder: outsideText,
    message: integerColumn,
    owner: outsideText,
    chat_id: outsideText,
    message_id: outsideText,
    workspace_folder: textColumn,
    kernel_id: textColumn,
    kernel: outsideText,
    connection: textColumn,
    made_at: integerColumn,
  }),
  v.transform((row): KernelFolder => ({
    mark: row.mark,
    folder: row.folder,
    workspace: {
      id: row.message,
      key: { user: row.owner, chatId: row.chat_id, messageId: row.message_id },
      folder: row.workspace_folder,
    },
    kernelId: row.kernel_id,
    kernelName: row.kernel,
    connection: row.connection,
    madeAt: row.made_at,
  })),
);

export const createKernelFolders = (database: Database): KernelFolders => ({
  noteKernelFolder: ({ id }, { mark, folder, kernelId, kernelName, connection }) => {
    database.write(() => {
      database.run(
        `INSERT OR REPLACE INTO kernel_folder (mark, folder, message, kernel_id, kernel, connection, made_at)
         VALUES ($mark, $folder, $message, $kernelId, $kernel, $connection, $now)`,
        { mark, folder, message: id, kernelId, kernel: kernelName, connection, now: Date.now() },
      );
    });
  },
  forgetKernelFolder: (mark) => {
    database.write(() => {
      database.run('DELETE FROM kernel_folder WHERE mark = $mark', { mark });
    });
  },
  kernelFolders: () =>
    database.all(
      folderRow,
      `SELECT f.mark, f.folder, f.message, m.owner, c.chat_id, m.message_id, m.folder AS workspace_folder, f.kernel_id, f.kernel,
         f.connection, f.made_at
       FROM kernel_folder f JOIN message m ON m.id = f.message JOIN chat c ON c.id = m.chat ORDER BY f.made_at`,
      {},
    ),
});
