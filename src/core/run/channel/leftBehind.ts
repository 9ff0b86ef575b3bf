// What the run of a process that was killed had made on a machine that shares no folder: its kernel goes on, and still has it.
import { randomUUID } from 'node:crypto';
import { within } from '../../async.ts';
import { causeOf } from '../../errors.ts';
import type { GatewayHttp } from '../../gateway/http.ts';
import type { KernelModel } from '../../gateway/kernelApi.ts';
import { connectKernel } from '../../gateway/kernelSession.ts';
import type { Log } from '../../log.ts';
import type { KernelFolder, Registry } from '../../registry/registry.ts';
import { virtualPath } from '../../workspace/virtualName.ts';
import type { RunSettings } from '../request.ts';
import type { SkippedFile } from '../result.ts';
import { createChannel, type Fetched } from './channel.ts';
import { knownOwnerMark } from './kernelHome.ts';
import { fetchOver, fetchWithHelper, type Rescue } from './rescue.ts';

/** Milliseconds for a kernel to answer after it was interrupted: one that does not is asked through another. */
const answerBound = 10_000;

export const rescueOf = (
  registry: Registry,
  http: GatewayHttp,
  left: KernelFolder,
  settings: RunSettings,
  log: Log,
): Rescue => {
  const { folder, mark, kernelName } = left;
  const workspace = registry.workspaceFor(left.workspace.key);
  return {
    http,
    kernelName,
    user: workspace.key.user,
    channel: {
      folder,
      over: (transfer) => createChannel({ workspace, folder, limits: () => settings.transfer, log }, transfer),
    },
    owner: knownOwnerMark(mark),
    launchTimeoutSeconds: settings.launchTimeoutSeconds,
    keepFolder: settings.keepKernelFolder,
    onSettled: () => {
      registry.forgetKernelFolder(mark);
    },
    log,
  };
};

/** Ends what still runs there and fetches; `undefined` when the kernel does not answer. Never rejects. */
export const fetchFromLeft = async (rescue: Rescue, model: KernelModel): Promise<Fetched | undefined> => {
  const { http, log } = rescue;
  try {
    const session = await connectKernel(http, model, { clientId: randomUUID(), log });
    try {
      await session.interrupt();
      if (!(await session.ready(answerBound))) {
        return undefined;
      }
      const answer = await within(session.execute({ code: '', silent: true }), answerBound, undefined);
      return answer?.kind === 'replied' ? await fetchOver(rescue, session, {}) : undefined;
    } finally {
      session.dispose();
    }
  } catch (error) {
    log.warn(`kernel ${model.id} gave nothing of what it had made: ${causeOf(error)}`);
    return undefined;
  }
};

/** The same for a kernel that is no more. */
export const fetchFromGone = (rescue: Rescue): Promise<Fetched | undefined> => fetchWithHelper(rescue, {});

/** What is said where nobody could fetch it. */
export const stayedThere = ({ folder }: KernelFolder): SkippedFile => ({
  path: virtualPath(''),
  reason: `what the run made stayed on the kernel's machine (${folder}): the program that ran it ended, and no kernel there gave it afterwards`,
});
