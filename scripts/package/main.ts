// npm run package: bundles for production and packs the .vsix; its size and files are printed by vsce.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDependencies } from '../lib/dependencies.ts';
import { repository } from '../lib/places.mjs';
import { createProcesses } from '../lib/processes.ts';
import { step } from '../lib/progress.mjs';

const run = promisify(execFile);

await ensureDependencies();
await step('Bundling', 'minified, as it is published', async () => {
  const { stdout } = await run(process.execPath, ['esbuild.js', '--production'], { cwd: repository, timeout: 120_000 });
  console.log(stdout.trimEnd());
});
await using processes = createProcesses();
const vsce = join('node_modules', '@vscode', 'vsce', 'vsce');
const packing = processes.start(process.execPath, [
  vsce,
  'package',
  '--no-dependencies',
  '--no-rewrite-relative-links',
  '--allow-missing-repository',
  ...process.argv.slice(2),
]);
process.exitCode = await packing.ended;
