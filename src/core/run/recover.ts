// What an ended process left behind: kernels on a gateway, runs without an end, files that nobody kept.
import { causeOf } from '../errors.ts';
import type { GatewayConnection } from '../gateway/connection.ts';
import { createGatewayHttp, type GatewayHttp } from '../gateway/http.ts';
import { getKernel } from '../gateway/kernelApi.ts';
import { removeKernel } from '../gateway/launch.ts';
import type { Log } from '../log.ts';
import type { KernelFolder, Lease, Registry, RunRow } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { takeSnapshot, type Snapshot } from '../workspace/snapshot.ts';
import { parseSnapshot } from '../workspace/snapshotText.ts';
import { fetchFromGone, fetchFromLeft, rescueOf, stayedThere } from './channel/leftBehind.ts';
import { isToBe } from './channel/kernelHome.ts';
import { collectGenerated } from './collect.ts';
import { createQueues } from './queue.ts';
import type { RunSettings } from './request.ts';
import type { RunResult, SkippedFile } from './result.ts';

/**
 * Finds the gateway that a lease names without starting anything: its connection, `gone` when it is known to run no more (its
 * kernels ended with it), `unknown` when nobody here knows how to reach it.
 */
export type Reconnect = (address: string) => Promise<GatewayConnection | 'gone' | 'unknown'>;

/**
 * Milliseconds after its owner's last heartbeat in which a kernel that the gateway does not have may still come up: a launch
 * that was sent is carried out whoever has died meanwhile, and is known to the gateway only when it is done.
 */
const lateLaunch = 120_000;

interface Recovery {
  readonly registry: Registry;
  readonly reconnect: Reconnect;
  readonly settings: () => RunSettings;
  readonly log: Log;
  /** Kernels that the gateway may have yet, by their leases. */
  readonly late: Set<string>;
  /** What was fetched without, by the row of the message. */
  readonly skipped: Map<number, readonly SkippedFile[]>;
  /** Messages all of whose files were fetched, or named in `skipped`. */
  readonly settled: Set<number>;
}

const heartbeatInterval = 10_000;

/**
 * Removes the kernel, and fetches before or after that what it has on its own machine. While that lasts the message is ours, so
 * that nobody else does the same, or runs anything in it.
 */
const fetchAndRemove = async (
  recovery: Recovery,
  lease: Lease,
  http: GatewayHttp,
  folders: readonly KernelFolder[],
): Promise<void> => {
  const { registry, log, skipped, settled } = recovery;
  const settings = recovery.settings();
  const { kernelId, connection } = lease;
  const request = { kernelId, connection, owner: settings.ownerLabel };
  const outcome = registry.acquireLease(registry.workspaceFor(lease.workspace.key), request);
  if (outcome.kind === 'held') {
    return;
  }
  const heartbeat = setInterval(() => registry.heartbeat(outcome.lease), heartbeatInterval);
  try {
    const carried = folders.filter((left) => left.kernelId !== kernelId);
    if (carried.length > 0) {
      // Another kernel carries the files: what ran must not change them any more.
      await removeKernel(http, kernelId, log);
    }
    const keep = await forEndedRuns(recovery, folders);
    const lacking: KernelFolder[] = [];
    for (const left of folders) {
      const model = await getKernel(http, left.kernelId);
      const fetched = model ? await fetchFromLeft(rescueOf(registry, http, left, settings, log), model) : undefined;
      skipped.set(left.workspace.id, fetched?.skipped ?? []);
      if (fetched !== undefined && fetched.ended === undefined) {
        settled.add(left.workspace.id);
      } else {
        lacking.push(left);
      }
    }
    // What is fetched from its folder by another one must not change any more.
    const removed = await removeKernel(http, kernelId, log);
    for (const left of carried) {
      await removeKernel(http, left.kernelId, log);
    }
    for (const left of lacking) {
      const fetched = await fetchFromGone(rescueOf(registry, http, left, settings, log));
      if (fetched !== undefined) {
        skipped.set(left.workspace.id, fetched.skipped);
      }
      if (fetched !== undefined && fetched.ended === undefined) {
        settled.add(left.workspace.id);
      }
    }
    await keep();
    if (removed) {
      registry.releaseLease(outcome.lease);
    }
  } finally {
    clearInterval(heartbeat);
  }
};

/**
 * What comes from a kernel whose last run had ended, and could not give it then, is kept with that run.
 * @returns to be called when it has come
 */
const forEndedRuns = async (
  { registry, settings, log }: Recovery,
  folders: readonly KernelFolder[],
): Promise<() => Promise<void>> => {
  const unfinished = new Set(registry.unfinishedRuns().map(({ runId }) => runId));
  const ended: { readonly workspace: Workspace; readonly runId: string; readonly before: Snapshot }[] = [];
  for (const left of folders) {
    const workspace = registry.workspaceFor(left.workspace.key);
    const last = registry.listRuns(workspace.key).at(-1);
    if (last && !unfinished.has(last.runId)) {
      ended.push({ workspace, runId: last.runId, before: await takeSnapshot(workspace.path, { hashRecent: true }) });
    }
  }
  return async () => {
    for (const { workspace, runId, before } of ended) {
      await collectGenerated(registry, workspace, runId, before, new Map(), settings().trackedTypes, log);
    }
  };
};

/** The folders that the lease's kernel has, or that a living one carries for its message. */
const foldersOf = async (registry: Registry, http: GatewayHttp, lease: Lease): Promise<readonly KernelFolder[]> => {
  const folders: KernelFolder[] = [];
  for (const left of registry.kernelFolders()) {
    const isOwn = left.kernelId === lease.kernelId && !isToBe(left.folder);
    const isCarried =
      left.kernelId !== lease.kernelId &&
      left.workspace.id === lease.workspace.id &&
      left.connection === lease.connection;
    if (isOwn || (isCarried && (await getKernel(http, left.kernelId)) !== null)) {
      folders.push(left);
    }
  }
  return folders;
};

const removeLeft = async (recovery: Recovery, lease: Lease): Promise<void> => {
  const { registry, reconnect, log, late } = recovery;
  if (lease.kernelId === '') {
    registry.removeLease(lease);
    return;
  }
  const connection = await reconnect(lease.connection);
  if (typeof connection === 'string') {
    if (connection === 'gone') {
      registry.removeLease(lease);
    }
    return;
  }
  const http = createGatewayHttp(connection);
  try {
    const folders = await foldersOf(registry, http, lease);
    if (folders.length > 0) {
      await fetchAndRemove(recovery, lease, http, folders);
      return;
    }
    const wasThere = (await getKernel(http, lease.kernelId)) !== null;
    if (!(await removeKernel(http, lease.kernelId, log))) {
      return;
    }
    if (wasThere || Math.abs(Date.now() - lease.heartbeatAt) > lateLaunch) {
      registry.removeLease(lease);
    } else {
      late.add(lease.token);
    }
  } finally {
    await http.dispose();
  }
};

/** Keeps what a run without an end had made, and ends it as lost. */
const closeRun = async ({ registry, settings, late, skipped, settled, log }: Recovery, run: RunRow): Promise<void> => {
  const workspace = registry.workspaceFor(run.key);
  const lease = registry.findLease(workspace);
  // A run that began had its kernel: one that the gateway does not have any more can't write.
  if (lease !== undefined && !late.has(lease.token)) {
    return;
  }
  const stored = registry.readBaseline(workspace);
  const before = stored === undefined ? undefined : parseSnapshot(stored);
  const hashes = new Map(registry.listAttachments(workspace).map(({ record }) => [record.relativePath, record.sha256]));
  const collection = before
    ? await collectGenerated(registry, workspace, run.runId, before, hashes, settings().trackedTypes, log)
    : { files: [], skipped: [] };
  const unfetched = skipped.get(workspace.id);
  const there = settled.has(workspace.id)
    ? undefined
    : registry.kernelFolders().findLast((left) => left.workspace.id === workspace.id && !isToBe(left.folder));
  const reach = unfetched || there ? 'channel' : 'shared';
  const endedAt = Date.now();
  const result: RunResult = {
    status: 'lost',
    stdout: '',
    stderr: '',
    result: null,
    error: { name: 'RunLost', value: 'the program that ran it ended before the run did', traceback: [] },
    outputs: [],
    files: collection.files,
    skipped: [...collection.skipped, ...(unfetched ?? []), ...(there ? [stayedThere(there)] : [])],
    grounding: 'translated',
    reach,
    duration_ms: endedAt - run.startedAt,
    run_id: run.runId,
    chat_id: workspace.key.chatId,
    message_id: workspace.key.messageId,
  };
  registry.endRun(run.runId, {
    status: 'lost',
    endedAt,
    durationMs: result.duration_ms,
    grounding: null,
    reach: reach === 'channel' ? reach : null,
    resultJson: JSON.stringify(result),
  });
};

export interface LeftBehind {
  /**
   * Cleans up after processes that ended without doing so; touches nothing of one that lives. Failures are logged and tried again next time.
   * @param goingOn ids of runs that go on all the same, and of their kernels
   */
  recover(goingOn?: ReadonlySet<string>): Promise<void>;
  /**
   * The same for one message, before it has a kernel again: what takes an old kernel's place would remove it with the files that it
   * still has.
   */
  recoverMessage(workspace: Workspace): Promise<void>;
}

/** All work on one message takes turns. */
export const createLeftBehind = (
  registry: Registry,
  reconnect: Reconnect,
  settings: () => RunSettings,
  log: Log,
): LeftBehind => {
  const recovery: Recovery = {
    ...{ registry, reconnect, settings, log },
    late: new Set(),
    skipped: new Map(),
    settled: new Set(),
  };
  const queues = createQueues();

  /** What is found at the message's turn counts: somebody else may have done it. */
  const inTurn = (message: number, work: () => Promise<void>): Promise<void> =>
    queues.enqueue(String(message), work).catch((error: unknown) => {
      log.warn(`what an ended process left could not be cleared up: ${causeOf(error)}`);
    });

  const removeExpired = ({ token, workspace }: Lease): Promise<void> =>
    inTurn(workspace.id, async () => {
      const lease = registry.expiredLeases().find((one) => one.token === token);
      if (lease) {
        await removeLeft(recovery, lease);
      }
    });

  const closeUnfinished = ({ runId, key }: RunRow): Promise<void> =>
    inTurn(registry.workspaceFor(key).id, async () => {
      const run = registry.unfinishedRuns().find((one) => one.runId === runId);
      if (run) {
        await closeRun(recovery, run);
      }
    });

  return {
    recover: async (goingOn = new Set()) => {
      for (const lease of registry.expiredLeases().filter(({ kernelId }) => !goingOn.has(kernelId))) {
        await removeExpired(lease);
      }
      for (const run of registry.unfinishedRuns().filter(({ runId }) => !goingOn.has(runId))) {
        await closeUnfinished(run);
      }
    },
    recoverMessage: async (workspace) => {
      const holding = registry.findLease(workspace);
      const lease = registry.expiredLeases().find(({ token }) => token === holding?.token);
      // Also where another turn has taken the lease just now: that is waited for.
      await (lease ? removeExpired(lease) : inTurn(holding?.workspace.id ?? workspace.id, () => Promise.resolve()));
      for (const run of registry.unfinishedRuns()) {
        if (registry.workspaceFor(run.key).id === workspace.id) {
          await closeUnfinished(run);
        }
      }
    },
  };
};
