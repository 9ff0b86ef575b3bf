// When a kernel died, its folder may still be there: another kernel on the same machine is asked for what the run had made.
import { randomUUID } from 'node:crypto';
import { causeOf } from '../../errors.ts';
import type { GatewayHttp } from '../../gateway/http.ts';
import { connectKernel, type KernelSession } from '../../gateway/kernelSession.ts';
import { launchKernel, removeKernel } from '../../gateway/launch.ts';
import { openTransfer } from '../../kernel/transfer/transfer.ts';
import type { Log } from '../../log.ts';
import type { ChannelOptions, Fetched, MessageChannel } from './channel.ts';
import { removeKernelHome, seesKernelHome, type OwnerMark } from './kernelHome.ts';

export interface Rescue {
  readonly http: GatewayHttp;
  readonly kernelName: string;
  readonly user: string;
  readonly channel: Pick<MessageChannel, 'folder' | 'over'>;
  readonly owner: OwnerMark;
  readonly launchTimeoutSeconds: number;
  readonly keepFolder: boolean;
  /** The folder is not there any more, or stays because that was asked for. */
  readonly onSettled: () => void;
  readonly log: Log;
}

/**
 * Fetches from the folder of a kernel that is no more, over `session` to a kernel that must prove to see it.
 * `undefined` when it does not. The folder is removed when all came.
 */
export const fetchOver = async (
  { channel, owner, log, keepFolder, onSettled }: Rescue,
  session: KernelSession,
  options: ChannelOptions,
): Promise<Fetched | undefined> => {
  if (!(await seesKernelHome(session, channel.folder, owner, log, options.signal))) {
    return undefined;
  }
  const transfer = await openTransfer(session, channel.folder, { signal: options.signal });
  try {
    const fetched = await channel.over(transfer).fetch(options);
    if (fetched.ended === undefined && (keepFolder || (await removeKernelHome(session, channel.folder, log)))) {
      onSettled();
    }
    return fetched;
  } finally {
    transfer.dispose();
  }
};

/** The same with a kernel that is started for it and removed afterwards. */
export const fetchWithHelper = async (rescue: Rescue, options: ChannelOptions): Promise<Fetched | undefined> => {
  const { http, log } = rescue;
  const kernelId = randomUUID();
  const leftovers: Promise<unknown>[] = [];
  let startedId: string | undefined;
  try {
    const model = await launchKernel(http, {
      kernelId,
      name: rescue.kernelName,
      user: rescue.user,
      launchTimeout: rescue.launchTimeoutSeconds,
      env: { KERNEL_CODE_INTERPRETER_GROUNDING: 'translated' },
      log,
      inBackground: (work) => leftovers.push(work),
      ...(options.signal && { signal: options.signal }),
    });
    startedId = model.id;
    const session = await connectKernel(http, model, { clientId: randomUUID(), log });
    try {
      const isReady = await session.ready(rescue.launchTimeoutSeconds * 1000, options.signal);
      return isReady ? await fetchOver(rescue, session, options) : undefined;
    } finally {
      session.dispose();
    }
  } catch (error) {
    log.warn(`no other kernel could fetch what a dead one left: ${causeOf(error)}`);
    return undefined;
  } finally {
    await Promise.allSettled(leftovers);
    if (startedId !== undefined) {
      await removeKernel(http, startedId, log);
    }
  }
};
