// npm start, under Node 24.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../lib/build.ts';
import { ensureDependencies } from '../lib/dependencies.ts';
import { dataFolder, repository } from '../lib/places.mjs';
import { createProcesses } from '../lib/processes.ts';
import type { Processes } from '../lib/processes.ts';
import { say, seconds } from '../lib/progress.mjs';
import { runCommand } from './commandLine.ts';
import { stopGatewayAtEnd } from './gateway.ts';

const findSample = (): string => {
  const [sample] = globSync('samples/*.chat.md', { cwd: repository }).sort();
  if (sample === undefined) {
    throw new Error('There is no sample chat in samples/.');
  }
  return sample;
};

const runSample = async (processes: Processes, sample: string): Promise<number> => {
  say(`\nThe first message of ${sample}:\n`);
  return runCommand(processes, ['run', '--transcript', sample, '--message', 'first', '--yes']);
};

const main = async (): Promise<number> => {
  const start = performance.now();
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
  await ensureDependencies();
  const { ensureEnvironments } = await import('../lib/environments.ts');
  await ensureEnvironments();
  await build();
  await using processes = createProcesses();
  await stopGatewayAtEnd(processes);
  const sample = findSample();
  const status = await runSample(processes, sample);
  say(`\nThe files are in ${join(dataFolder, 'uploads')}. All of this took ${seconds(performance.now() - start)}.`);
  if (status !== 0 || values.once) {
    return status;
  }
  const { openVscode } = await import('../lib/vscode.ts');
  await openVscode(processes, { folder: join(repository, 'samples'), file: join(repository, sample) });
  return 0;
};

process.exitCode = await main();
