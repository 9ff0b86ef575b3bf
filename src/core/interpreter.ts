// The facade that every surface uses: one interpreter for each user and data folder.
import { causeOf, CodedError } from './errors.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import { silentLog, type Log } from './log.ts';
import { openRegistry, type Registry } from './registry/registry.ts';
import { attachToWorkspace, type Attached } from './run/attach.ts';
import { fetchLeft } from './run/channel/fetchLeft.ts';
import { cleanWorkspaces, planWorkspaceCleanup, type CleanupRequest } from './run/cleanWorkspaces.ts';
import type { Collection } from './run/collect.ts';
import { createGatewayAccess, type ConnectGateway, type GatewayAccess } from './run/gatewayAccess.ts';
import { kernelKey } from './run/kernelScope.ts';
import { createKernels } from './run/kernels.ts';
import { keepLateFiles } from './run/lateWrites.ts';
import { promptOfMessage } from './run/messagePrompt.ts';
import { createQueues } from './run/queue.ts';
import { createLeftRuns, type ObserveResumed } from './run/leftRuns.ts';
import { createLeftBehind, type Reconnect } from './run/recover.ts';
import { defaultRunSettings, type RunHooks, type RunRequest, type RunSettings } from './run/request.ts';
import type { NotebookOutput, RunResult } from './run/result.ts';
import { outputsSoFar } from './run/resume.ts';
import { emptyTrash, moveToTrash, restoreFromTrash, type Deleted, type Emptied } from './run/trash.ts';
import { runMessage } from './run/way.ts';
import type { AttachmentSource } from './workspace/attachments.ts';
import type { CleanupMode, CleanupPlan, CleanupReport } from './workspace/cleanup.ts';
import type { MessageKey, Workspace } from './workspace/messageKey.ts';
import { takeSnapshot } from './workspace/snapshot.ts';

export interface InterpreterOptions {
  /** `<data>`, absolute. */
  readonly dataFolder: string;
  /** A label that keeps users apart on one data folder; no authentication. */
  readonly user: string;
  readonly connect: ConnectGateway;
  /** Finds the gateway that a left-behind kernel is on, without starting anything. */
  readonly reconnect: Reconnect;
  /** Asked anew for each run, so that a change of settings needs no restart. */
  readonly settings?: () => Partial<RunSettings>;
  readonly log?: Log;
}

/** By their ids. */
export interface TrashIds {
  readonly files?: readonly string[];
  readonly attachments?: readonly string[];
}

export interface Interpreter {
  readonly data: DataFolder;
  readonly user: string;
  /** Listings, downloads and records: the only way that any surface reads files. */
  readonly registry: Registry;
  readonly gateways: GatewayAccess;
  /** The key of this user's message. */
  key(chatId: string, messageId: string): MessageKey;
  /**
   * Runs a message's code; runs of one message wait for each other.
   * @throws CodedError for errors of the way itself; whatever the code does is in the result's status
   */
  run(request: RunRequest, hooks?: RunHooks): Promise<RunResult>;
  /**
   * Fetches what the message's last run left on the kernel's machine for a limit, and keeps it.
   * @throws CodedError `kernel.gone` when that kernel is no more, `cancelled`
   */
  fetchLeft(key: MessageKey, hooks?: RunHooks): Promise<Pick<Collection, 'files' | 'skipped'>>;
  /**
   * Lets a message's kernel go when its runs have ended, so that the next one has a new kernel; files stay.
   * @returns whether there was one in this process, and nobody uses it
   */
  restartKernel(key: MessageKey): Promise<boolean>;
  /** What a run that goes on in another window has shown until now. */
  outputsSoFar(runId: string): readonly NotebookOutput[] | undefined;
  /** Prepares files in a message's workspace. @throws CodedError `cancelled`, `data.notWritable` */
  attach(key: MessageKey, sources: readonly AttachmentSource[], signal?: AbortSignal): Promise<Attached>;
  /** What a model should be told about a message's files. @throws CodedError `cancelled` */
  prompt(key: MessageKey, signal?: AbortSignal): Promise<string>;
  /** Which workspaces a cleanup would take; changes nothing. */
  planCleanup(request: Omit<CleanupRequest, 'user'>): CleanupPlan;
  /** Removes workspaces. Kept files, messages in use and pinned ones are never touched. @throws CodedError `cancelled` */
  cleanUp(plan: CleanupPlan, mode: CleanupMode, signal?: AbortSignal): Promise<CleanupReport>;
  /**
   * Deletes files (each with all its versions, or just one version) and attachments, so that nothing finds them any more; they can be restored.
   * @throws CodedError `file.notFound`; then nothing was deleted
   */
  moveToTrash(ids: TrashIds & { readonly which?: 'path' | 'version' }): Promise<Deleted>;
  /** Takes what was deleted out of the trash again. */
  restore(ids: TrashIds): Promise<Deleted>;
  /** Removes for good what has been in the trash for so long; 0 takes all of it. */
  emptyTrash(olderThanDays: number): Emptied;
  /**
   * Goes on with runs that an ended process left, removes its kernels, and closes its other runs. With `observe` it resolves
   * while those runs go on.
   */
  recover(observe?: ObserveResumed): Promise<void>;
  /**
   * Removes this process's kernels from the gateway and closes the registry; bounded. What runs is stopped, or with `leaveRuns`
   * goes on for the next process where `RunSettings.resumable` says so.
   */
  dispose(options?: { readonly leaveRuns?: boolean }): Promise<void>;
}

/**
 * Opens a data folder for one user. Connects to nothing yet.
 * @throws CodedError `data.notWritable`, `registry.newer`, `registry.unavailable`, `registry.failed`
 */
export const openInterpreter = async (options: InterpreterOptions): Promise<Interpreter> => {
  const log = options.log ?? silentLog;
  const settings = (): RunSettings => ({ ...defaultRunSettings, ...options.settings?.() });
  const data = openDataFolder(options.dataFolder);
  const registry = await openRegistry(data, { log });
  const gateways = createGatewayAccess(options.connect, log);
  const active = new Set<Promise<unknown>>();
  const leftBehind = createLeftBehind(registry, options.reconnect, settings, log);
  const recoverMessage = async (workspace: Workspace, onWaiting?: (owner: string) => void): Promise<void> => {
    await leftRuns.finishEarlier(workspace, onWaiting);
    await track(leftBehind.recoverMessage(workspace));
  };
  const keepLate = async (workspace: Workspace): Promise<void> => {
    try {
      await keepLateFiles(registry, workspace, await takeSnapshot(workspace.path), settings().trackedTypes, log);
    } catch (error) {
      log.warn(`what a kernel wrote at its end is not kept: ${causeOf(error)}`);
    }
  };
  const kernels = createKernels(registry, settings, recoverMessage, keepLate, log);
  const queues = createQueues();
  const leaving = new AbortController();
  const services = {
    ...{ registry, gateways, kernels, settings, recoverMessage, log },
    running: data.running,
    leaving: leaving.signal,
  };
  const trash = { registry, data, user: options.user, log };
  const stopAll = new AbortController();

  const track = async <T>(work: Promise<T>): Promise<T> => {
    active.add(work);
    try {
      return await work;
    } finally {
      active.delete(work);
    }
  };
  const { reconnect } = options;
  const leftRuns = createLeftRuns({ ...services, queues, reconnect, leftBehind, track, ending: stopAll.signal });

  return {
    data,
    user: options.user,
    registry,
    gateways,
    key: (chatId, messageId) => ({ user: options.user, chatId, messageId }),
    run: (request, hooks = {}) => {
      if (request.code.trim() === '') {
        return Promise.reject(new CodedError('code.empty', {}));
      }
      const workspace = registry.workspaceFor(request.key);
      const withEnd = (signal?: AbortSignal): AbortSignal =>
        AbortSignal.any([stopAll.signal, ...(signal ? [signal] : [])]);
      const signal = withEnd(hooks.signal);
      const stopFetching = withEnd(hooks.stopFetching);
      const work = (): Promise<RunResult> =>
        runMessage(services, workspace, request, { ...hooks, signal, stopFetching });
      const alone = (): Promise<RunResult> => queues.enqueue(kernelKey('message', workspace), work, signal);
      // The messages of a chat wait for their kernel, and each for what is attached to it.
      return track(
        settings().kernelScope === 'chat' ? queues.enqueue(kernelKey('chat', workspace), alone, signal) : alone(),
      );
    },
    fetchLeft: async (key, hooks = {}) => {
      const workspace = registry.workspaceFor(key);
      const signal = AbortSignal.any([stopAll.signal, ...(hooks.signal ? [hooks.signal] : [])]);
      return track(
        queues.enqueue(
          kernelKey('message', workspace),
          () => fetchLeft(services, workspace, { ...hooks, signal }),
          signal,
        ),
      );
    },
    restartKernel: async (key) => {
      const workspace = registry.findWorkspace(key);
      return workspace === undefined
        ? false
        : track(
            queues.enqueue(
              kernelKey('message', workspace),
              async () => kernels.current(workspace) !== undefined && (await kernels.releaseIdle(workspace)),
            ),
          );
    },
    outputsSoFar: (runId) => outputsSoFar(data.running, runId, log),
    attach: async (key, sources, signal) => {
      const workspace = registry.workspaceFor(key);
      return track(
        queues.enqueue(
          kernelKey('message', workspace),
          () => attachToWorkspace(registry, workspace, sources, signal),
          signal,
        ),
      );
    },
    prompt: (key, signal) => promptOfMessage(registry, key, settings(), signal),
    planCleanup: (request) => planWorkspaceCleanup(registry, { ...request, user: options.user }),
    cleanUp: (plan, mode, signal) => track(cleanWorkspaces(registry, data, plan, mode, settings().ownerLabel, signal)),
    moveToTrash: ({ files = [], attachments = [], which = 'path' }) =>
      track(moveToTrash(trash, { files, attachments, which })),
    restore: ({ files = [], attachments = [] }) => track(restoreFromTrash(trash, { files, attachments })),
    emptyTrash: (olderThanDays) => emptyTrash(trash, olderThanDays),
    recover: (observe) => track(leftRuns.recover(observe)),
    dispose: async ({ leaveRuns = false } = {}) => {
      if (leaveRuns) {
        leaving.abort();
      }
      stopAll.abort();
      await Promise.allSettled([...active]);
      await kernels.dispose();
      await gateways.dispose();
      registry[Symbol.dispose]();
    },
  };
};
