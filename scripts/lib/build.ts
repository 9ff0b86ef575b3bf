// Bundles by esbuild.js, in a process of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './places.mjs';
import { step } from './progress.mjs';

const run = promisify(execFile);

/** Builds `dist`; takes about a second. */
export const build = async (): Promise<void> => {
  await step('Bundling', 'dist/ follows the sources', () =>
    run(process.execPath, [join(repository, 'esbuild.js'), '--quiet'], { cwd: repository, timeout: 120_000 }),
  );
};
