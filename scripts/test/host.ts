// The suite `host`: real VS Code in a real browser, one profile after the other.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { stopEmbeddedGateway } from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { hostTestFiles } from '../host/bundle.ts';
import { profiles } from '../host/profiles.ts';
import { runHostProfile } from '../host/run.ts';
import { launchBrowser } from '../lib/browser.ts';
import type { Processes } from '../lib/processes.ts';
import { say } from '../lib/progress.mjs';
import { add } from './counts.ts';
import type { Counts } from './counts.ts';
import type { Suite } from './suites.ts';

export interface HostRun {
  readonly processes: Processes;
  readonly suite: Suite;
  readonly mochaArguments: readonly string[];
  /** Names of profiles; empty means all. */
  readonly profiles: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs every profile that has tests. */
export const runHostSuite = async ({
  processes,
  suite,
  mochaArguments,
  profiles: names,
  environment,
}: HostRun): Promise<Counts> => {
  const chosen = profiles.filter(
    ({ name, folders: tests }) => hostTestFiles(tests).length > 0 && (names.length === 0 || names.includes(name)),
  );
  const browser = await launchBrowser(processes);
  const counts: Counts[] = [];
  let folder = '';
  let context: BrowserContext | undefined;
  const folders: string[] = [];
  try {
    for (const profile of chosen) {
      if (!profile.continues || context === undefined) {
        await context?.close();
        context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
        folder = await mkdtemp(join(tmpdir(), `code-interpreter-host-${profile.name}-`));
        folders.push(folder);
      }
      say(`  in VS Code, ${profile.name}`);
      const minutes = suite.suiteMinutes;
      counts.push(await runHostProfile({ processes, profile, folder, context, environment, mochaArguments, minutes }));
    }
  } finally {
    await context?.close();
    await browser.close();
    for (const path of folders) {
      // VS Code was killed, so the gateway that its extension started goes on.
      await stopEmbeddedGateway(openDataFolder(join(path, 'data')));
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return add(counts);
};
