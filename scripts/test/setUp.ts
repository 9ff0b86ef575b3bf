// What suites need before they start; each thing is done once for a run, when the first suite needs it.
import { build } from '../lib/build.ts';
import type { Suite } from './suites.ts';

export interface SetUp {
  /** @throws Error with the reason when something that the suite needs can't be had */
  readonly provide: (suite: Suite) => Promise<void>;
}

/** Builds the bundles and the Python environments where a suite uses them. */
export const createSetUp = (): SetUp => {
  let built: Promise<void> | undefined;
  let environments: Promise<void> | undefined;
  let kernels: Promise<string> | undefined;
  return {
    provide: async ({ needs }) => {
      if (needs.python) {
        const { ensureEnvironments } = await import('../lib/environments.ts');
        await (environments ??= ensureEnvironments());
      }
      if (needs.kernels) {
        const { ensureTestKernels } = await import('../lib/testKernels.ts');
        await (kernels ??= ensureTestKernels());
      }
      if (needs.build) {
        await (built ??= build());
      }
    },
  };
};
