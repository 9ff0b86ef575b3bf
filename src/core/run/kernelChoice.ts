// Which kernelspec a run gets.
import { CodedError } from '../errors.ts';
import type { KernelSpec } from '../gateway/kernelApi.ts';
import type { Server } from '../gateway/serverKind.ts';

/**
 * The named kernelspec; without a name the gateway's default where that is Python, else its first Python kernel, else its default.
 * @throws CodedError `kernel.unknown`
 */
export const chooseKernelSpec = (server: Server, name: string | null): KernelSpec => {
  const { specs, defaultName } = server.kernelSpecs;
  const fallback = specs.find((spec) => spec.name === defaultName);
  const found =
    name !== null
      ? specs.find((spec) => spec.name === name)
      : fallback?.language === 'python'
        ? fallback
        : (specs.find((spec) => spec.language === 'python') ?? fallback);
  if (!found) {
    throw new CodedError('kernel.unknown', {
      name: name ?? defaultName ?? '',
      available: specs.map((spec) => spec.name),
    });
  }
  return found;
};
