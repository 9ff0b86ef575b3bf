// What a suite says at its end.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Each skipped test with its reason. */
  readonly skipped: readonly string[];
  /** Each failure in one line. */
  readonly failures: readonly string[];
}

export const none: Counts = { passed: 0, failed: 0, skipped: [], failures: [] };

/** A suite, or a part of one, that could not be run: one failure. */
export const oneFailure = (what: string): Counts => ({ ...none, failed: 1, failures: [what] });

export const onePassed: Counts = { ...none, passed: 1 };

export const add = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((sum, { passed }) => sum + passed, 0),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  skipped: all.flatMap(({ skipped }) => skipped),
  failures: all.flatMap(({ failures }) => failures),
});

/** The closing line. */
export const closingLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
