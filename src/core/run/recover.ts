// What an ended process left behind: kernels on a gateway, runs without an end, files that nobody kept.
import { causeOf } from '../errors.ts';
import type { GatewayConnection } from '../gateway/connection.ts';
import { createGatewayHttp } from '../gateway/http.ts';
import { getKernel } from '../gateway/kernelApi.ts';
import { removeKernel } from '../gateway/launch.ts';
import type { Log } from '../log.ts';
import type { Lease, Registry, RunRow } from '../registry/registry.ts';
import { parseSnapshot } from '../workspace/snapshotText.ts';
import { collectGenerated } from './collect.ts';
import type { RunResult } from './result.ts';

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

/** `late`: the gateway does not have the kernel, and may have it yet. */
type Removal = 'removed' | 'late' | 'failed';

const removeLeft = async (lease: Lease, reconnect: Reconnect, log: Log): Promise<Removal> => {
  if (lease.kernelId === '') {
    return 'removed';
  }
  const connection = await reconnect(lease.connection);
  if (typeof connection === 'string') {
    return connection === 'gone' ? 'removed' : 'failed';
  }
  const http = createGatewayHttp(connection);
  try {
    const wasThere = (await getKernel(http, lease.kernelId)) !== null;
    const removed = await removeKernel(http, lease.kernelId, log);
    if (!removed) {
      return 'failed';
    }
    return wasThere || Math.abs(Date.now() - lease.heartbeatAt) > lateLaunch ? 'removed' : 'late';
  } finally {
    await http.dispose();
  }
};

/** Keeps what a run without an end had made, and ends it as lost. */
const closeRun = async (
  registry: Registry,
  run: RunRow,
  trackedTypes: readonly string[] | null,
  late: ReadonlySet<string>,
  log: Log,
): Promise<void> => {
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
    ? await collectGenerated(registry, workspace, run.runId, before, hashes, trackedTypes, log)
    : { files: [], skipped: [] };
  const endedAt = Date.now();
  const result: RunResult = {
    status: 'lost',
    stdout: '',
    stderr: '',
    result: null,
    error: { name: 'RunLost', value: 'the program that ran it ended before the run did', traceback: [] },
    outputs: [],
    files: collection.files,
    skipped: collection.skipped,
    grounding: 'translated',
    reach: 'shared',
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
    reach: null,
    resultJson: JSON.stringify(result),
  });
};

/** Cleans up after processes that ended without doing so; touches nothing of one that lives. Failures are logged and tried again next time. */
export const recoverRuns = async (
  registry: Registry,
  reconnect: Reconnect,
  trackedTypes: readonly string[] | null,
  log: Log,
): Promise<void> => {
  const late = new Set<string>();
  for (const lease of registry.expiredLeases()) {
    try {
      const removal = await removeLeft(lease, reconnect, log);
      if (removal === 'removed') {
        registry.removeLease(lease);
      } else if (removal === 'late') {
        late.add(lease.token);
      }
    } catch (error) {
      log.warn(`kernel ${lease.kernelId} of an ended process could not be removed: ${causeOf(error)}`);
    }
  }
  for (const run of registry.unfinishedRuns()) {
    try {
      await closeRun(registry, run, trackedTypes, late, log);
    } catch (error) {
      log.warn(`run ${run.runId} of an ended process could not be closed: ${causeOf(error)}`);
    }
  }
};
