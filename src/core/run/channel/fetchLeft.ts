// Fetch anyway: what a run left on the kernel's machine because of a limit, or because fetching was stopped.
import { CodedError } from '../../errors.ts';
import { leaseAddress } from '../../gateway/connection.ts';
import { getKernel } from '../../gateway/kernelApi.ts';
import type { Workspace } from '../../workspace/messageKey.ts';
import { takeSnapshot } from '../../workspace/snapshot.ts';
import { collectGenerated, type Collection } from '../collect.ts';
import type { RunHooks } from '../request.ts';
import type { RunServices } from '../way.ts';
import type { ChannelOptions, Fetched } from './channel.ts';
import { tellTransfer } from './inRun.ts';
import { isToBe } from './kernelHome.ts';
import { fetchFromGone, fetchFromLeft, rescueOf } from './leftBehind.ts';

/** Nothing is too large or too much. */
export const noLimits = {
  fileBytes: Number.POSITIVE_INFINITY,
  files: Number.POSITIVE_INFINITY,
  totalBytes: Number.POSITIVE_INFINITY,
} as const;

const gone = (): CodedError => new CodedError('kernel.gone', { reason: 'and with it what it had not given' });

/** From the kernel that the message has. `undefined` when there is none that nobody uses. */
const fetchFromKernel = async (
  { kernels }: RunServices,
  workspace: Workspace,
  options: ChannelOptions,
): Promise<Fetched | undefined> => {
  const borrowed = kernels.borrow(workspace);
  try {
    const channel = borrowed?.kernel.channel;
    return channel === null
      ? { skipped: [], ended: undefined }
      : await channel?.fetch({ ...options, limits: noLimits });
  } finally {
    borrowed?.release();
  }
};

/** From the folder of a kernel that is lost, or could not be reached: by itself where it answers again, else by another one. */
const fetchFromFolder = async (
  { gateways, registry, settings, log }: RunServices,
  workspace: Workspace,
  { signal }: RunHooks,
): Promise<Fetched | undefined> => {
  const { http } = await gateways.connected({ signal, onProgress: () => undefined });
  const left = registry
    .kernelFolders()
    .findLast(
      ({ workspace: { id }, folder, connection }) =>
        id === workspace.id && !isToBe(folder) && connection === leaseAddress(http.connection),
    );
  const lease = registry.findLease(workspace);
  const isUsed = lease?.kernelId === left?.kernelId && lease?.process.pid !== process.pid;
  if (left === undefined || isUsed) {
    return undefined;
  }
  const rescue = rescueOf(registry, http, left, { ...settings(), transfer: noLimits }, log);
  const model = await getKernel(http, left.kernelId);
  return (model ? await fetchFromLeft(rescue, model) : undefined) ?? (await fetchFromGone(rescue));
};

/**
 * Fetches without limits, and keeps what came as files of the message's last run.
 * @throws CodedError `kernel.gone` when the kernel that had them is no more, and no other one sees its folder
 */
export const fetchLeft = async (
  services: RunServices,
  workspace: Workspace,
  hooks: RunHooks,
): Promise<Pick<Collection, 'files' | 'skipped'>> => {
  const { log, registry, settings } = services;
  const lastRun = registry.listRuns(workspace.key).at(-1);
  if (lastRun === undefined) {
    throw gone();
  }
  const before = await takeSnapshot(workspace.path, { hashRecent: true });
  const onProgress = tellTransfer((event) => hooks.onEvent?.(event));
  const fetched =
    (await fetchFromKernel(services, workspace, { signal: hooks.signal, onProgress })) ??
    (await fetchFromFolder(services, workspace, hooks));
  if (fetched === undefined) {
    throw gone();
  }
  const { trackedTypes } = settings();
  const made = await collectGenerated(registry, workspace, lastRun.runId, before, new Map(), trackedTypes, log);
  return { files: made.files, skipped: [...fetched.skipped, ...made.skipped] };
};
