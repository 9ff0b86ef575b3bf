// npm run test:soak -- --minutes N [--seed N]: the soak suite in rounds, each with the next seed, until the time is up
// or one fails. A failed round is run again by its seed: --seed N --minutes 0.
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../lib/dependencies.ts';
import { cache } from '../lib/places.mjs';
import { createProcesses } from '../lib/processes.ts';
import { say } from '../lib/progress.mjs';
import { add, closingLine } from '../test/counts.ts';
import type { Counts } from '../test/counts.ts';
import { runMocha } from '../test/mocha.ts';
import { createSetUp } from '../test/setUp.ts';
import { soakSuite } from '../test/suites.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    grep: { type: 'string', short: 'g' },
  },
});
const until = performance.now() + Number(values.minutes) * 60_000;
const environment: NodeJS.ProcessEnv = { ...process.env, CODE_INTERPRETER_CACHE_DIR: cache };
delete environment['CODE_INTERPRETER_DATA_DIR'];

await ensureDependencies();
await using processes = createProcesses();
await createSetUp().provide(soakSuite);
const rounds: Counts[] = [];
let seed = Number(values.seed);
do {
  say(`\nRound ${rounds.length + 1}, seed ${seed}`);
  const round = await runMocha({
    processes,
    suite: soakSuite,
    mochaArguments: values.grep === undefined ? [] : ['--grep', values.grep],
    environment: { ...environment, CODE_INTERPRETER_TEST_SEED: String(seed) },
  });
  rounds.push(round);
  seed += 1;
} while (performance.now() < until && rounds.every(({ failed, passed }) => failed === 0 && passed > 0));
const total = add(rounds);
say(`\n${total.passed + total.failed} cases in ${rounds.length} rounds, seeds ${values.seed} to ${seed - 1}`);
say(`\n${closingLine(total)}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
