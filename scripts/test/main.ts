// npm test, under Node 24: set-up, the suites in turn, and the closing line "N passed, N failed".
import { ensureDependencies } from '../lib/dependencies.ts';
import { cache } from '../lib/places.mjs';
import { createProcesses } from '../lib/processes.ts';
import type { Processes } from '../lib/processes.ts';
import { say, seconds } from '../lib/progress.mjs';
import { parseTestArguments, type TestArguments } from './arguments.ts';
import { runCheck } from './check.ts';
import { add, closingLine, oneFailure } from './counts.ts';
import type { Counts } from './counts.ts';
import { runMocha } from './mocha.ts';
import { createSetUp } from './setUp.ts';
import type { SetUp } from './setUp.ts';
import type { Suite } from './suites.ts';

const environment: NodeJS.ProcessEnv = { ...process.env, CODE_INTERPRETER_CACHE_DIR: cache };
// A test that forgets to name its data folder must never touch a person's own.
delete environment['CODE_INTERPRETER_DATA_DIR'];

const runSuite = async (
  processes: Processes,
  suite: Suite,
  { mochaArguments, profiles }: TestArguments,
): Promise<Counts> => {
  switch (suite.kind) {
    case 'check':
      return runCheck(processes, suite.suiteMinutes);
    case 'mocha':
      return runMocha({ processes, suite, mochaArguments, environment });
    case 'host': {
      const { runHostSuite } = await import('./host.ts');
      return runHostSuite({ processes, suite, mochaArguments, profiles, environment });
    }
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const setUpAndRun = async (processes: Processes, setUp: SetUp, suite: Suite, given: TestArguments): Promise<Counts> => {
  say(`\n${suite.name}`);
  const start = performance.now();
  const counts = await setUp
    .provide(suite)
    .then(() => runSuite(processes, suite, given))
    .catch((error: unknown) => oneFailure(`${suite.name}: ${reasonOf(error)}`));
  say(`  ${suite.name}: ${closingLine(counts)}, in ${seconds(performance.now() - start)}`);
  return counts;
};

const summary = (total: Counts): void => {
  if (total.skipped.length > 0) {
    say(`\nSkipped:\n${total.skipped.map((line) => `- ${line}`).join('\n')}`);
  }
  if (total.failures.length > 0) {
    say(`\nFailed:\n${total.failures.map((line) => `- ${line}`).join('\n')}`);
  }
  say(`\n${closingLine(total)}`);
};

const main = async (): Promise<void> => {
  const given = parseTestArguments(process.argv.slice(2));
  const { chosen, minutes } = given;
  await using processes = createProcesses();
  const results: Counts[] = [];
  const finish = (): void => {
    const total = add(results);
    summary(total);
    process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
  };
  const watchdog = setTimeout(() => {
    results.push(oneFailure(`the whole run was stopped after ${minutes} minutes`));
    void processes.endAll().then(() => {
      finish();
      process.exit(1);
    });
  }, minutes * 60_000);
  try {
    await ensureDependencies();
    const setUp = createSetUp();
    for (const suite of chosen) {
      results.push(await setUpAndRun(processes, setUp, suite, given));
    }
  } catch (error) {
    results.push(oneFailure(`set-up: ${reasonOf(error)}`));
  }
  clearTimeout(watchdog);
  finish();
};

await main();
