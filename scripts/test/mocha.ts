// One mocha run in a process of its own, bounded, and its counts.
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../lib/places.mjs';
import type { Processes } from '../lib/processes.ts';
import { add, none, oneFailure } from './counts.ts';
import type { Counts } from './counts.ts';
import type { MochaSuite } from './suites.ts';

const readCounts = async (path: string): Promise<(Counts & { readonly ended: boolean }) | undefined> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Counts & { readonly ended: boolean };
  } catch {
    return undefined;
  }
};

export interface MochaRun {
  readonly processes: Processes;
  readonly suite: MochaSuite;
  readonly mochaArguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs a suite. One that could not start, did not end, or ended badly without a failed test counts one failure more. */
export const runMocha = async ({ processes, suite, mochaArguments, environment }: MochaRun): Promise<Counts> => {
  if (globSync(suite.files, { cwd: repository }).length === 0) {
    return none;
  }
  const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-test-'));
  const countsFile = join(folder, 'counts.json');
  try {
    const run = processes.start(
      process.execPath,
      [
        join('node_modules', 'mocha', 'bin', 'mocha.js'),
        '--no-config',
        '--reporter',
        join('scripts', 'test', 'reporter.ts'),
        '--reporter-option',
        `counts=${countsFile}`,
        '--timeout',
        String(suite.testSeconds * 1000),
        ...(process.env['CI'] ? ['--forbid-only'] : []),
        ...mochaArguments,
        suite.files,
      ],
      { environment },
    );
    const limit = AbortSignal.timeout(suite.suiteMinutes * 60_000);
    limit.addEventListener('abort', () => void run.end());
    const status = await run.ended;
    const counts = await readCounts(countsFile);
    if (counts === undefined) {
      return oneFailure(`${suite.name}: could not be started`);
    }
    if (limit.aborted || !counts.ended) {
      const how = limit.aborted
        ? `was stopped after ${suite.suiteMinutes} minutes`
        : `ended early with status ${status}`;
      return add([counts, oneFailure(`${suite.name}: ${how}`)]);
    }
    return status !== 0 && counts.failed === 0 ? oneFailure(`${suite.name}: ended with status ${status}`) : counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
