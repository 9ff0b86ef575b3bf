// Calls the built command line, as a user would.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cache, dataFolder, repository } from '../lib/places.mjs';
import type { Processes } from '../lib/processes.ts';

const execute = promisify(execFile);
const executable = join(repository, 'dist', 'cli.js');

/** The environment of everything that `npm start` starts. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  CODE_INTERPRETER_CACHE_DIR: cache,
  CODE_INTERPRETER_DATA_DIR: dataFolder,
};

/** Runs a command and shows what it prints; returns its exit status. Stopping it leaves it time to keep the files. */
export const runCommand = (processes: Processes, args: readonly string[]): Promise<number> =>
  processes.start(process.execPath, [executable, ...args], { environment, grace: 20_000 }).ended;

/** Runs a command with `--json` and returns the value that it prints. Bounded by 30 s. */
export const askCommand = async (args: readonly string[]): Promise<unknown> => {
  const { stdout } = await execute(process.execPath, [executable, ...args, '--json'], {
    env: environment,
    timeout: 30_000,
  });
  return JSON.parse(stdout) as unknown;
};
