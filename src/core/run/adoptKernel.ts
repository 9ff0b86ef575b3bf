// Going on with the kernel of a message that another window or command left idle: its variables live on.
import { getKernel } from '../gateway/kernelApi.ts';
import type { Registry } from '../registry/registry.ts';
import { adoptMessageKernel, type KernelStart, type MessageKernel } from './messageKernel.ts';

export type Adoption = Pick<
  KernelStart,
  'gateway' | 'workspace' | 'settings' | 'log' | 'signal' | 'folders' | 'inBackground'
>;

/**
 * `undefined` where the kernel is gone, does not answer, or is not of the wanted kernelspec. The message's lease must be held.
 * @throws CodedError of the `kernel.` group, `cancelled`
 */
export const adoptKernel = async (
  registry: Registry,
  kernelId: string,
  kernelName: string | null,
  adoption: Adoption,
): Promise<MessageKernel | undefined> => {
  const { http, server } = adoption.gateway;
  const model = await getKernel(http, kernelId);
  const spec = model && server.kernelSpecs.specs.find(({ name }) => name === model.name);
  if (!spec || (kernelName !== null && spec.name !== kernelName)) {
    return undefined;
  }
  const left = registry.kernelFolders().filter((folder) => folder.kernelId === kernelId);
  return adoptMessageKernel(
    { ...adoption, kernelName: spec.name, language: spec.language },
    model,
    left.map(({ folder, mark }) => ({
      folder,
      forget: () => {
        registry.forgetKernelFolder(mark);
      },
    })),
  );
};
