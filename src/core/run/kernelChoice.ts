// Which kernelspec a run gets, and how its code gets there.
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

export interface KernelPlan {
  /** Kernelspec; `null` takes the kernel that the message has, else the gateway's default. */
  readonly kernelName: string | null;
  /** What goes before the code: the kernel is one of another language, which hands it on. */
  readonly magic: string;
  /** The language of the code; `undefined` where it is the kernel's. */
  readonly language: string | undefined;
}

export interface KernelWishes {
  /** Asked for by name: it counts whatever the language is. */
  readonly named: string | undefined;
  /** As a kernelspec calls it, in lower case. */
  readonly language: string | undefined;
  /** The name in the settings: for code of its language, and for code without one. */
  readonly preferred: string | null;
  /** The kernel that the message has. */
  readonly current: Pick<KernelSpec, 'name' | 'language'> | undefined;
}

/** Kernels that run another language too. */
const alsoRuns: Readonly<Record<string, readonly string[]>> = { javascript: ['typescript'] };

const isOf = (language: string, spec: Pick<KernelSpec, 'language'>): boolean =>
  spec.language === language || (alsoRuns[language]?.includes(spec.language) ?? false);

/**
 * The kernel for code of a language: the one that the message has where that fits, the preferred one, the first one of the gateway.
 * Bash goes to a Python kernel that the message has, by `%%bash`: a change of kernels would cost its variables.
 * @throws CodedError `kernel.noLanguage`, `kernel.unknown`
 */
export const planKernel = (server: Server, { named, language, preferred, current }: KernelWishes): KernelPlan => {
  if (named !== undefined || language === undefined) {
    return { kernelName: named ?? preferred, magic: '', language: undefined };
  }
  const { specs } = server.kernelSpecs;
  const plan = (spec: Pick<KernelSpec, 'name' | 'language'>): KernelPlan =>
    isOf(language, spec)
      ? { kernelName: spec.name, magic: '', language }
      : { kernelName: spec.name, magic: '%%bash\n', language };
  const takes = (spec: Pick<KernelSpec, 'language'>): boolean =>
    isOf(language, spec) || (language === 'bash' && spec.language === 'python');
  const wanted = specs.find(({ name }) => name === preferred);
  if (current && takes(current) && (wanted === undefined || !isOf(language, wanted) || wanted.name === current.name)) {
    return plan(current);
  }
  if (wanted && isOf(language, wanted)) {
    return plan(wanted);
  }
  if (language === 'python' && specs.some((spec) => spec.language === 'python')) {
    return plan(chooseKernelSpec(server, null));
  }
  const found = specs.find((spec) => isOf(language, spec)) ?? specs.find(takes);
  if (!found) {
    throw new CodedError('kernel.noLanguage', {
      language,
      available: [...new Set(specs.map((spec) => spec.language))],
    });
  }
  return plan(found);
};
