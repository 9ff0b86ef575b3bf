// Fetch anyway: what a run left on the kernel's machine because of a limit, or because fetching was stopped.
import { CodedError } from '../../errors.ts';
import type { Workspace } from '../../workspace/messageKey.ts';
import { takeSnapshot } from '../../workspace/snapshot.ts';
import { collectGenerated, type Collection } from '../collect.ts';
import type { RunHooks } from '../request.ts';
import type { RunServices } from '../way.ts';
import { tellTransfer } from './inRun.ts';

/** Nothing is too large or too much. */
export const noLimits = {
  fileBytes: Number.POSITIVE_INFINITY,
  files: Number.POSITIVE_INFINITY,
  totalBytes: Number.POSITIVE_INFINITY,
} as const;

/**
 * Fetches without limits, and keeps what came as files of the message's last run.
 * @throws CodedError `kernel.gone` when the kernel that had them is no more
 */
export const fetchLeft = async (
  services: RunServices,
  workspace: Workspace,
  hooks: RunHooks,
): Promise<Pick<Collection, 'files' | 'skipped'>> => {
  const { kernels, log, registry, settings } = services;
  const borrowed = kernels.borrow(workspace);
  const lastRun = registry.listRuns(workspace.key).at(-1);
  if (borrowed === undefined || lastRun === undefined) {
    throw new CodedError('kernel.gone', { reason: 'and with it what it had not given' });
  }
  try {
    const { channel } = borrowed.kernel;
    if (channel === null) {
      return { files: [], skipped: [] };
    }
    const before = await takeSnapshot(workspace.path, { hashRecent: true });
    const fetched = await channel.fetch({
      signal: hooks.signal,
      limits: noLimits,
      onProgress: tellTransfer((event) => hooks.onEvent?.(event)),
    });
    const { trackedTypes } = settings();
    const made = await collectGenerated(registry, workspace, lastRun.runId, before, new Map(), trackedTypes, log);
    return { files: made.files, skipped: [...fetched.skipped, ...made.skipped] };
  } finally {
    borrowed.release();
  }
};
