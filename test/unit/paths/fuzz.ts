// How long the property tests look, and with which seed.
import type { Parameters } from 'fast-check';

const soak = Number(process.env['CODE_INTERPRETER_TEST_SOAK'] ?? '1');
const seed = process.env['CODE_INTERPRETER_TEST_SEED'];

/** Parameters for `fc.assert`: this many cases, more in soak, from a seed that can be given. */
export const cases = <T>(count: number): Parameters<T> => ({
  numRuns: count * soak,
  ...(seed !== undefined && { seed: Number(seed) }),
});

/** Milliseconds for a test whose time grows with the number of cases. */
export const patience = 60_000 * soak;
