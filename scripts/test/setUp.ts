// What suites need before they start; each thing is done once for a run, when the first suite needs it.
import { build } from '../lib/build.ts';
import type { Suite } from './suites.ts';

export interface SetUp {
  /** @throws Error with the reason when something that the suite needs can't be had */
  readonly provide: (suite: Suite) => Promise<void>;
}

/** Builds the bundles and the Python environments where a suite uses them. */
export const createSetUp = (_environment: NodeJS.ProcessEnv): SetUp => {
  let built: Promise<void> | undefined;
  return {
    provide: async ({ needs }) => {
      if (needs.build) {
        await (built ??= build());
      }
    },
  };
};
