// npm run bench, under Node 24: the arguments, the set-up, then the benchmarks.
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../lib/dependencies.ts';
import { cache } from '../lib/places.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  throw new Error(`--runs takes a whole number from 1 on, not "${values.runs}".`);
}
// One JSON value is all that goes to standard output then.
const printing = process.stdout.write.bind(process.stdout);
if (values.json) {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}
await ensureDependencies();
const { ensureEnvironments } = await import('../lib/environments.ts');
const { benchmarks, runBenchmarks } = await import('../../bench/main.ts');
const names = benchmarks.map(({ name }) => name);
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) {
  throw new Error(`There is no benchmark "${unknown}". There are: ${names.join(', ')}.`);
}
await ensureEnvironments();
await runBenchmarks({
  chosen: positionals.length === 0 ? benchmarks : benchmarks.filter(({ name }) => positionals.includes(name)),
  runs,
  cacheFolder: cache,
  json: values.json,
  print: (text) => {
    printing(`${text}\n`);
  },
});
