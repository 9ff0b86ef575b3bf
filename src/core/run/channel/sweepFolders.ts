// Folders of kernels that were culled or killed stay on their machine: a kernel of ours that is ready there takes them away.
import { within } from '../../async.ts';
import { causeOf } from '../../errors.ts';
import { getKernel } from '../../gateway/kernelApi.ts';
import type { Log } from '../../log.ts';
import type { KernelFolder, Registry } from '../../registry/registry.ts';
import type { MessageKernel } from '../messageKernel.ts';
import { removalCode } from './kernelHome.ts';

/** Milliseconds after it was made in which a folder is left alone: what nobody could fetch can still be looked for there. */
export const sweepAge = 24 * 60 * 60 * 1000;
/** Milliseconds after which a folder that no kernel has seen is not looked for any more: its machine is gone. */
const forgetAge = 30 * sweepAge;
/** As many for one kernel that starts: a run should not wait. */
const mostAtOnce = 8;
/** Milliseconds for each. */
const sweepBound = 3_000;

/**
 * Takes away old folders of this data folder's kernels that are no more, as far as this kernel's machine has them. Only a folder that
 * holds its owner's mark goes; one that is to be kept is not in the registry. Never rejects.
 */
export const sweepFolders = async (
  registry: Registry,
  kernel: Pick<MessageKernel, 'session' | 'gateway'>,
  connection: string,
  log: Log,
): Promise<void> => {
  try {
    const now = Date.now();
    const old = registry
      .kernelFolders()
      .filter((left) => left.connection === connection && now - left.madeAt > sweepAge);
    for (const left of old.slice(0, mostAtOnce)) {
      if ((await getKernel(kernel.gateway.http, left.kernelId)) !== null) {
        continue;
      }
      if (await sweepOne(kernel, left)) {
        log.info(`${left.folder} of kernel ${left.kernelId}, which is gone, was taken away`);
        registry.forgetKernelFolder(left.mark);
      } else if (now - left.madeAt > forgetAge) {
        registry.forgetKernelFolder(left.mark);
      }
    }
  } catch (error) {
    log.warn(`folders of kernels that are gone could not be taken away: ${causeOf(error)}`);
  }
};

/** False also where this machine does not have it. */
const sweepOne = async (
  { session }: Pick<MessageKernel, 'session'>,
  { folder, mark }: KernelFolder,
): Promise<boolean> => {
  const code = removalCode('sweep', { folder, mark });
  const outcome = await within(session.execute({ code, silent: true }), sweepBound, undefined);
  return outcome?.kind === 'replied' && outcome.content.status === 'ok';
};
