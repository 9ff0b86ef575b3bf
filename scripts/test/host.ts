// The suite `host`: real VS Code in a real browser.
import type { Processes } from '../lib/processes.ts';
import { none } from './counts.ts';
import type { Counts } from './counts.ts';
import type { Suite } from './suites.ts';

export interface HostRun {
  readonly processes: Processes;
  readonly suite: Suite;
  readonly mochaArguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

export const runHostSuite = (_run: HostRun): Promise<Counts> => Promise.resolve(none);
