// The registry: chats, messages, runs and files of all users of one data folder, for all processes that use it.
import type { DataFolder } from '../dataFolder.ts';
import { silentLog, type Log } from '../log.ts';
import { createAttachments, type Attachments } from './attachments.ts';
import { createChanges, type Changes } from './changes.ts';
import { createContentStore } from './contentStore.ts';
import { createFiles, type Files } from './files.ts';
import { createKernelFolders, type KernelFolders } from './kernelFolders.ts';
import { createLeases, type Leases } from './leases.ts';
import { createMessageFiles, type MessageFiles } from './messageFiles.ts';
import { openDatabase } from './openDatabase.ts';
import { thisProcess } from './processIdentity.ts';
import { createRuns, type Runs } from './runs.ts';
import type { Database } from './sqlite.ts';
import { sweep } from './sweep.ts';
import { createTrash, type Trash } from './trash.ts';
import { createTrashedAttachments, type TrashedAttachments } from './trashedAttachments.ts';
import { createWorkspaces, type Workspaces } from './workspaces.ts';

export type { AttachmentRow } from './attachments.ts';
export type { ChatFiles } from './files.ts';
export type { FileToKeep } from './keepFile.ts';
export type { KernelFolder } from './kernelFolders.ts';
export type { Lease, LeaseOutcome, LeaseRequest } from './leases.ts';
export type { MessageFile } from './messageFiles.ts';
export type { NewRun, RunEnd, RunInput, RunRecord, RunRow } from './runs.ts';
export type { TrashedFile } from './trash.ts';
export type { TrashedAttachment } from './trashedAttachments.ts';
export type { ChatSummary, WorkspaceFilter, WorkspaceSummary } from './workspaces.ts';

/** Every call may throw CodedError `registry.failed`. Calls that return no promise are done when they return. */
export interface Registry
  extends
    Disposable,
    Workspaces,
    Runs,
    Attachments,
    Leases,
    KernelFolders,
    Files,
    MessageFiles,
    Trash,
    TrashedAttachments,
    Pick<Changes, 'dataVersion'> {}

/**
 * Opens the registry of a data folder, and makes good what a crash left half done.
 * @throws CodedError `registry.unavailable`, `registry.newer`, `registry.failed`, `data.notWritable`
 */
export const openRegistry = async (data: DataFolder, options: { readonly log?: Log } = {}): Promise<Registry> => {
  const log = options.log ?? silentLog;
  const process = thisProcess();
  const store = createContentStore(data);
  const makeGood = (database: Database, isNew: boolean): Promise<void> =>
    sweep({ database, store, data, process, log }, isNew);
  const { database, isNew } = await openDatabase(data, log, (made) => makeGood(made, true));
  try {
    // A new one too: others may have kept files while it was made.
    await makeGood(database, isNew);
    const changes = createChanges(database);
    const attachments = createAttachments(database, changes);
    const keeping = { database, changes, store, data, process };
    return {
      ...createWorkspaces(database, changes, data),
      ...createRuns(database, changes),
      ...attachments,
      ...createLeases(database, process),
      ...createKernelFolders(database),
      ...createFiles(keeping, attachments),
      ...createMessageFiles(database, changes),
      ...createTrash(keeping),
      ...createTrashedAttachments(database, changes, data),
      dataVersion: () => changes.dataVersion(),
      [Symbol.dispose]: () => {
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
};
