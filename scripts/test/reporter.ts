// Mocha's spec reporter, which also keeps the counts in a file, so that a run that is cut short still tells how far it got.
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = mocha.Runner.constants;
const graceMilliseconds = 10_000;

/** What the runner hands to the reporter. */
interface ReporterOptions {
  /** The file for the counts. */
  readonly counts: string;
  /** Set in the extension host, which lives on when the tests have ended. */
  readonly inHost?: boolean;
}

/** A test says why it skips itself: `this.test.skipReason = '...'` before `this.skip()`. */
const skippedLine = (test: mocha.Test & { skipReason?: string }): string =>
  `${test.fullTitle()}: ${test.skipReason ?? 'no reason was given'}`;

/** The reporter of every mocha run of `npm test`. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    const { counts: file, inHost } = options.reporterOptions as ReporterOptions;
    const counts = { passed: 0, failed: 0, skipped: [] as string[], failures: [] as string[], ended: false };
    const keep = (): void => {
      writeFileSync(file, JSON.stringify(counts));
    };
    const addFailure = (what: string): void => {
      counts.failed += 1;
      counts.failures.push(what);
      keep();
    };
    keep();
    runner.on(EVENT_TEST_PASS, () => {
      counts.passed += 1;
      keep();
    });
    runner.on(EVENT_TEST_FAIL, (test) => {
      addFailure(test.fullTitle());
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      counts.skipped.push(skippedLine(test));
      keep();
    });
    runner.once(EVENT_RUN_END, () => {
      counts.ended = true;
      keep();
      if (inHost === true) {
        return;
      }
      // A test that leaves something running is a fault of its own: say what it is.
      setTimeout(() => {
        const left = process.getActiveResourcesInfo().join(', ');
        addFailure(`the tests ended, and this was still alive after ${graceMilliseconds / 1000} s: ${left}`);
        process.exit(1);
      }, graceMilliseconds).unref();
    });
  }
}
