// The Python environments of the embedded gateway, set up by the engine's own code before anything waits for them.
import { ensureEnvironment, gatewayRecipe, kernelRecipe } from '../../src/core/gateway/embedded/environments.ts';
import type { SetUpProgress } from '../../src/core/gateway/embedded/environments.ts';
import { findPythons, pythonForGateway } from '../../src/core/gateway/embedded/python.ts';
import { CodedError, isCoded } from '../../src/core/errors.ts';
import { describeError } from '../../src/wording/errors.ts';
import { cache } from './places.mjs';
import { say, seconds } from './progress.mjs';

/** Prints each new step with its reason. */
const printSteps = (): ((progress: SetUpProgress) => void) => {
  const told = new Set<string>();
  return ({ step, reason }) => {
    if (!told.has(step)) {
      told.add(step);
      say(`- ${step} (${reason}) ...`);
    }
  };
};

const install = async (): Promise<void> => {
  const start = performance.now();
  const pythons = await findPythons(undefined, undefined);
  const [forKernel] = pythons;
  const forGateway = pythonForGateway(pythons);
  if (forKernel === undefined || forGateway === undefined) {
    throw new CodedError('embedded.noPython', { tried: [] });
  }
  const told: string[] = [];
  const print = printSteps();
  const onProgress = (progress: SetUpProgress): void => {
    told.push(progress.step);
    print(progress);
  };
  // At the same time: pip waits for the network as often as for the processor.
  await Promise.all([
    ensureEnvironment(cache, kernelRecipe, forKernel, { onProgress }),
    ensureEnvironment(cache, gatewayRecipe(forGateway), forGateway, { onProgress }),
  ]);
  if (told.length > 0) {
    say(`  done in ${seconds(performance.now() - start)}`);
  }
};

/**
 * Installs the gateway and the kernel with its libraries into the cache folder; quick when they are there.
 * @throws Error with a sentence for a person: no fit Python, or an installation that failed
 */
export const ensureEnvironments = (): Promise<void> =>
  install().catch((error: unknown) => {
    throw isCoded(error) ? new Error(describeError(error).message, { cause: error }) : error;
  });
