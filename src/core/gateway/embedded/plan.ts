// Which Pythons the embedded gateway uses, what is still to be installed for it, and the installing.
import { CodedError } from '../../errors.ts';
import { runCommand } from './commands.ts';
import {
  ensureEnvironment,
  findEnvironment,
  gatewayRecipe,
  kernelRecipe,
  type Environment,
  type InstallOptions,
  type Recipe,
} from './environments.ts';
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
  readonly ownKernelPython: string | null;
  /** What is still to be installed, on disk; 0 when everything is there. */
  readonly megabytes: number;
}

const ownPythonBound = 20_000;

/** @throws CodedError `embedded.unfitPython` */
const checkOwnPython = async (path: string, signal: AbortSignal | undefined): Promise<string> => {
  const { status, output } = await runCommand(path, ['-c', 'import ipykernel, sys; print(); print(sys.executable)'], {
    timeout: ownPythonBound,
    signal,
  });
  if (status !== 0) {
    const found = /No module named '?ipykernel/.test(output)
      ? `a Python without ipykernel (install it with: ${path} -m pip install ipykernel)`
      : 'no working Python';
    throw new CodedError('embedded.unfitPython', { path, found, needed: 'a Python with ipykernel' });
  }
  return output.trim().split('\n').at(-1) ?? path;
};

/**
 * Looks at the machine; installs nothing.
 * @throws CodedError `embedded.noPython`, `embedded.unfitPython`, `cancelled`
 */
export const makePlan = async (
  cacheFolder: string,
  choice: PythonChoice,
  signal: AbortSignal | undefined,
): Promise<Plan> => {
  const ownKernelPython = choice.kernelPython === undefined ? null : await checkOwnPython(choice.kernelPython, signal);
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
  const kernelPython = kernel.value?.python ?? plan.ownKernelPython;
  if (kernelPython === null) {
    throw new RangeError("a plan has an environment for the kernel or the user's own Python");
  }
  return {
    gateway: gateway.status === 'fulfilled' ? gateway.value : { failure: gateway.reason },
    kernelPython,
  };
};
