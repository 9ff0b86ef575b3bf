// What opening VS Code costs: loading and activating the extension, beside an extension that does nothing.
import { execFile } from 'node:child_process';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { inTurns, type Benchmark, type Contender } from '../benchmark.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '..', '..');

const activated = v.object({
  milliseconds: v.number(),
  loaded: v.array(v.string()),
  connections: v.array(v.string()),
});

/** Each time in a process of its own, as VS Code does it. */
const activate = async (bundle: string, state: string): Promise<v.InferOutput<typeof activated>> => {
  const script = join(repository, 'bench', 'contenders', 'activate.cjs');
  const { stdout } = await run(process.execPath, [script, bundle, state], { timeout: 30_000 });
  return v.parse(activated, JSON.parse(stdout));
};

const activating = (name: string, bundle: string, state: string): Contender => ({
  name,
  measure: async (times) => {
    const samples: number[] = [];
    for (let time = 0; time < times; time++) {
      samples.push((await activate(bundle, state)).milliseconds);
    }
    return samples;
  },
});

const kilobytes = async (path: string): Promise<number> => (await stat(path)).size / 1024;

export const activation: Benchmark = {
  name: 'activation',
  title: 'Loading and activating the extension as it is shipped',
  run: async (places, runs) => {
    await run(process.execPath, ['esbuild.js', '--production', '--quiet'], { cwd: repository, timeout: 120_000 });
    const state = await places.folder();
    const empty = join(state, 'empty.cjs');
    await writeFile(empty, "'use strict';\nexports.activate = () => undefined;\n");
    const dist = join(repository, 'dist');
    const bundle = join(dist, 'extension.cjs');
    const series = await inTurns(
      [activating('an empty extension', empty, state), activating('this extension', bundle, state)],
      { runs: Math.max(5, Math.round(runs / 10)), round: 5, warmUps: 1 },
    );
    const [nothing = NaN, ours = NaN] = series.map(({ samples }) => median(samples));
    const { loaded, connections } = await activate(bundle, state);
    const bundles = (await readdir(dist)).filter((name) => name.endsWith('.cjs')).sort();
    const sizes = await Promise.all(
      bundles.map(async (name) => `${name} ${(await kilobytes(join(dist, name))).toFixed(0)} KB`),
    );
    const size = await kilobytes(bundle);
    return {
      series,
      reference: 'an empty extension',
      targets: [
        atMost('at most 50 ms more than an empty extension', ours - nothing, 50, ' ms'),
        {
          wanted: `what activates: at most 150 KB (an empty extension: ${(await kilobytes(empty)).toFixed(1)} KB)`,
          found: sizes.join(', '),
          met: size <= 150,
        },
        {
          wanted: 'activation loads no engine',
          found: loaded.map((path) => basename(path)).join(', '),
          met: loaded.length === 1,
        },
        {
          wanted: 'activation opens no connection',
          found: connections.length === 0 ? 'none' : connections.join(', '),
          met: connections.length === 0,
        },
      ],
    };
  },
};
