// Ids of runs: in order of time, so that sorting by id is sorting by time.
import { randomBytes } from 'node:crypto';

/** A new id: `run_` + milliseconds since 1970 and 8 random bytes, both in hexadecimal. */
export const newRunId = (now = Date.now()): string =>
  `run_${now.toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`;
