// A kernel's own folder that does not come to be used.
import type { KernelSession } from '../gateway/kernelSession.ts';
import { boundedRemoval } from './channel/channel.ts';
import { removeKernelHome } from './channel/kernelHome.ts';
import type { KernelChannel, KernelStart } from './messageKernel.ts';

/** Takes away the folder of a kernel that does not come to be used. */
export const leaveFolder = async (
  { settings, folders, log }: Pick<KernelStart, 'settings' | 'folders' | 'log'>,
  session: KernelSession,
  { folder, owner }: Pick<KernelChannel, 'folder' | 'owner'>,
): Promise<void> => {
  if (settings.keepKernelFolder) {
    folders.forget(owner.content);
    return;
  }
  await boundedRemoval(
    removeKernelHome(session, folder, log).then((removed) => {
      if (removed) {
        folders.forget(owner.content);
      }
    }),
  );
};
