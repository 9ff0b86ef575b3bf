// What the chosen suites need before they start.
import { build } from '../lib/build.ts';
import type { Suite } from './suites.ts';

/** Builds the bundles and the Python environments where a chosen suite uses them. */
export const setUpFor = async (chosen: readonly Suite[], _environment: NodeJS.ProcessEnv): Promise<void> => {
  if (chosen.some(({ needs }) => needs.build)) {
    await build();
  }
};
