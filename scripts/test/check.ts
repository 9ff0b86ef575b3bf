// The suite `check`: compiler, linter and formatter, a test each.
import { join } from 'node:path';
import type { Processes } from '../lib/processes.ts';
import { add, oneFailure, onePassed } from './counts.ts';
import type { Counts } from './counts.ts';

const tools = [
  { name: 'the compiler finds no error', script: 'typescript/bin/tsc', args: ['--build'] },
  { name: 'the linter finds no fault', script: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'] },
  {
    name: 'every file has its format',
    script: 'prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '.'],
  },
];

/** Runs them one after the other, each with the minutes given as its bound. */
export const runCheck = async (processes: Processes, minutes: number): Promise<Counts> => {
  const all: Counts[] = [];
  for (const { name, script, args } of tools) {
    const run = processes.start(process.execPath, [join('node_modules', ...script.split('/')), ...args]);
    AbortSignal.timeout(minutes * 60_000).addEventListener('abort', () => void run.end());
    const status = await run.ended;
    console.log(`  ${status === 0 ? '✔' : '✘'} ${name}`);
    all.push(status === 0 ? onePassed : oneFailure(`check: ${name}`));
  }
  return add(all);
};
