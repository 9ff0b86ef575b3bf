// Mocha's spec reporter, which also keeps the counts in a file, so that a run that is cut short still tells how far it got.
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

const { Runner, reporters } = mocha;
const graceMilliseconds = 10_000;

/** Set in a test before it calls `this.skip()`, so that the summary says why: `this.test.skipReason = '...'`. */
/** @param {Mocha.Test & { skipReason?: string }} test */
const skipped = (test) => `${test.fullTitle()}: ${test.skipReason ?? 'no reason was given'}`;

export default class CountingReporter extends reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions & { reporterOptions: { counts: string } }} options
   */
  constructor(runner, options) {
    super(runner, options);
    const counts = {
      passed: 0,
      failed: 0,
      /** @type {string[]} */ skipped: [],
      /** @type {string[]} */ failures: [],
      ended: false,
    };
    const keep = () => {
      writeFileSync(options.reporterOptions.counts, JSON.stringify(counts));
    };
    keep();
    runner.on(Runner.constants.EVENT_TEST_PASS, () => {
      counts.passed += 1;
      keep();
    });
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test) => {
      counts.failed += 1;
      counts.failures.push(test.fullTitle());
      keep();
    });
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => {
      counts.skipped.push(skipped(test));
      keep();
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      counts.ended = true;
      keep();
      // A test that leaves something running is a fault of its own: say what it is.
      setTimeout(() => {
        const left = process
          .getActiveResourcesInfo()
          .filter((name) => !name.endsWith('Wrap') || name.startsWith('TCP') || name.startsWith('Process'));
        counts.failed += 1;
        counts.failures.push(`the tests ended, and this was still alive after 10 s: ${left.join(', ')}`);
        keep();
        process.exit(1);
      }, graceMilliseconds).unref();
    });
  }
}
