// Which Pythons the embedded gateway uses, what is still to be installed for it, and the installing.
import { CodedError } from '../../errors.ts';
import {
  ensureEnvironment,
  findEnvironment,
  gatewayRecipe,
  kernelRecipe,
  type Environment,
  type InstallOptions,
  type Recipe,
} from './environments.ts';
import { examineOwnPython, type OwnPython } from './ownPython.ts';
import { findPythons, pythonForGateway, type Python } from './python.ts';

/** What the user chose; what is not said is found. */
export interface PythonChoice {
  /** The Python that the environments are made with. */
  readonly python?: string | undefined;
  /** The user's own Python for the kernel, instead of an environment of ours. */
  readonly kernelPython?: string | undefined;
}

export interface Plan {
  readonly gateway: { readonly recipe: Recipe; readonly python: Python };
  /** `null` where the user's own Python is used. */
  readonly kernel: { readonly recipe: Recipe; readonly python: Python } | null;
  readonly ownKernelPython: OwnPython | null;
  /** What is still to be installed, on disk; 0 when everything is there. */
  readonly megabytes: number;
}

/**
 * Looks at the machine; installs nothing.
 * @throws CodedError `embedded.noPython`, `embedded.unfitPython`, `cancelled`
 */
export const makePlan = async (
  cacheFolder: string,
  choice: PythonChoice,
  signal: AbortSignal | undefined,
): Promise<Plan> => {
  const ownKernelPython =
    choice.kernelPython === undefined ? null : await examineOwnPython(choice.kernelPython, signal);
  const pythons = await findPythons(choice.python, signal);
  const forGateway = pythonForGateway(pythons);
  const [forKernel] = pythons;
  if (!forGateway || !forKernel) {
    throw new CodedError('embedded.noPython', { tried: [] });
  }
  const gateway = { recipe: gatewayRecipe(forGateway), python: forGateway };
  const kernel = ownKernelPython === null ? { recipe: kernelRecipe, python: forKernel } : null;
  const missing = [gateway, ...(kernel ? [kernel] : [])].filter(
    ({ recipe, python }) => !findEnvironment(cacheFolder, recipe, python),
  );
  return {
    gateway,
    kernel,
    ownKernelPython,
    megabytes: missing.reduce((sum, { recipe }) => sum + recipe.megabytes, 0),
  };
};

export interface Installed {
  /** Of Enterprise Gateway; what went wrong where it can't be installed. */
  readonly gateway: Environment | { readonly failure: unknown };
  readonly kernelPython: string;
  /** Outside of its environment, where it imports from. */
  readonly kernelFolders: readonly string[];
}

/**
 * Installs what is missing, gateway and kernel at the same time: pip waits for the network as often as for the processor.
 * @throws CodedError `embedded.installFailed`, `embedded.busy`, `cancelled`
 */
export const install = async (cacheFolder: string, plan: Plan, options: InstallOptions): Promise<Installed> => {
  const ensure = ({ recipe, python }: { recipe: Recipe; python: Python }): Promise<Environment> =>
    ensureEnvironment(cacheFolder, recipe, python, options);
  const [gateway, kernel] = await Promise.allSettled([
    ensure(plan.gateway),
    plan.kernel ? ensure(plan.kernel) : Promise.resolve(null),
  ]);
  if (kernel.status === 'rejected') {
    throw kernel.reason;
  }
  const kernelPython = kernel.value ? { path: kernel.value.python, folders: [] } : plan.ownKernelPython;
  if (kernelPython === null) {
    throw new RangeError("a plan has an environment for the kernel or the user's own Python");
  }
  return {
    gateway: gateway.status === 'fulfilled' ? gateway.value : { failure: gateway.reason },
    kernelPython: kernelPython.path,
    kernelFolders: kernelPython.folders,
  };
};
