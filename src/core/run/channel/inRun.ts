// The channel's part in one run: files go to the kernel before it, and come back whatever became of it.
import type { TransferProgress } from '../../kernel/transfer/types.ts';
import { isCoded } from '../../errors.ts';
import type { KernelSession } from '../../gateway/kernelSession.ts';
import { LandingProblem } from '../../workspace/landing/problem.ts';
import { virtualPath } from '../../workspace/virtualName.ts';
import type { RunListener } from '../events.ts';
import type { AcquiredKernel } from '../kernels.ts';
import type { KernelChannel } from '../messageKernel.ts';
import type { SkippedFile } from '../result.ts';
import type { RunContext } from '../way.ts';
import type { ChannelOptions, Fetched, TransferDirection } from './channel.ts';
import { fetchOver, fetchWithHelper, type Rescue } from './rescue.ts';

export const tellTransfer =
  (tell: RunListener) =>
  (direction: TransferDirection, progress: TransferProgress): void => {
    if (progress.waiting || progress.totalFiles > 0) {
      tell({ kind: 'notice', notice: { code: 'transfer', direction, ...progress } });
    }
  };

/**
 * Brings to the kernel what it lacks. On a fresh kernel, what its init code made is in the workspace first: it is not the run's.
 * @throws CodedError `cancelled`, `kernel.gone`, `transfer.unavailable`
 */
export const pushBeforeRun = async (context: RunContext, acquired: AcquiredKernel): Promise<readonly SkippedFile[]> => {
  const { kernel, fresh } = acquired;
  if (kernel.channel === null) {
    return [];
  }
  const options: ChannelOptions = { signal: context.hooks.signal, onProgress: tellTransfer(context.tell) };
  const skipped = await pushOrRetire(acquired, kernel.channel, options);
  if (!fresh || context.settings().initCode.trim() === '') {
    return skipped;
  }
  const fetched = await kernel.channel.fetch(options);
  if (isCoded(fetched.ended, 'cancelled')) {
    throw fetched.ended;
  }
  return [...skipped, ...fetched.skipped];
};

/** A kernel that takes no files any more is not used again. */
const pushOrRetire = async (
  acquired: AcquiredKernel,
  channel: KernelChannel,
  options: ChannelOptions,
): Promise<readonly SkippedFile[]> => {
  try {
    return await channel.push(options);
  } catch (error) {
    if (isCoded(error, 'transfer.unavailable') || isCoded(error, 'kernel.gone')) {
      acquired.retire();
    }
    throw error;
  }
};

/** Brings back what is new or changed. A kernel that died is asked by another one. Never rejects. */
export const fetchAfterRun = async (
  context: RunContext,
  acquired: AcquiredKernel,
): Promise<{ readonly skipped: readonly SkippedFile[] }> => {
  const { kernel } = acquired;
  const { channel } = kernel;
  if (channel === null) {
    return { skipped: [] };
  }
  const options: ChannelOptions = { signal: fetchSignal(context), onProgress: tellTransfer(context.tell) };
  const isGone = channel.carrier.isLost || (channel.release === undefined && acquired.isRetired());
  const first = isGone ? undefined : await channel.fetch(options);
  const isOver =
    first !== undefined &&
    (first.ended === undefined || isCoded(first.ended, 'cancelled') || first.ended instanceof LandingProblem);
  if (isOver) {
    return first;
  }
  // Its folder goes with the rescue, so it is of no use for another run.
  acquired.retire();
  const rescued = await rescue(context, acquired, channel, options, first === undefined);
  if (rescued) {
    return rescued;
  }
  const reason = `what the run made stayed on the kernel's machine (${channel.folder}): no kernel there gives it`;
  return { skipped: [...(first?.skipped ?? []), { path: virtualPath(''), reason, can_be_fetched: true }] };
};

/** A stop of the code is none of the fetching: what it made until then is kept. One while files come is both. */
const fetchSignal = ({ hooks }: RunContext): AbortSignal | undefined => {
  const signals = [
    ...(hooks.stopFetching ? [hooks.stopFetching] : []),
    ...(hooks.signal && !hooks.signal.aborted ? [hooks.signal] : []),
  ];
  return signals.length === 0 ? undefined : AbortSignal.any(signals);
};

/** @param isItself - the kernel was restarted and not asked since */
const rescue = async (
  context: RunContext,
  acquired: AcquiredKernel,
  channel: KernelChannel,
  options: ChannelOptions,
  isItself: boolean,
): Promise<Fetched | undefined> => {
  const { kernel } = acquired;
  context.tell({ kind: 'notice', notice: { code: 'transfer.rescue' } });
  const settings = context.settings();
  const plan: Rescue = {
    http: kernel.gateway.http,
    kernelName: channel.carrier.kernelName,
    user: context.workspace.key.user,
    channel,
    owner: channel.owner,
    launchTimeoutSeconds: settings.launchTimeoutSeconds,
    keepFolder: settings.keepKernelFolder,
    onSettled: () => {
      context.registry.forgetKernelFolder(channel.owner.content);
    },
    log: context.log,
  };
  // One whose side the code took over could tell of an empty folder: it is only believed where no other kernel sees that.
  return isItself
    ? ((await overSame(plan, channel.carrier, options)) ?? (await fetchWithHelper(plan, options)))
    : ((await fetchWithHelper(plan, options)) ?? (await overSame(plan, channel.carrier, options)));
};

/** The kernel itself: restarted, and so without what the code had made of it, or the only one there is. */
const overSame = async (
  plan: Rescue,
  session: KernelSession,
  options: ChannelOptions,
): Promise<Fetched | undefined> => {
  if (session.isLost) {
    return undefined;
  }
  try {
    return await fetchOver(plan, session, options);
  } catch {
    return undefined;
  }
};
