// What tells other windows that something they show has changed.
import * as v from 'valibot';
import type { Database } from './sqlite.ts';

export interface Changes {
  /** One transaction that changes what users see. */
  change<T>(work: () => T): T;
  /** Grows with each such change of any process; equal as long as nothing changed. Cheap enough to ask every second. */
  dataVersion(): number;
}

const counter = v.object({ value: v.pipe(v.string(), v.transform(Number)) });

/** A counter in the database itself: `PRAGMA data_version` would also tell each heartbeat, and not this connection's own changes. */
export const createChanges = (database: Database): Changes => ({
  change: (work) =>
    database.write(() => {
      const value = work();
      database.run("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'changes'");
      return value;
    }),
  dataVersion: () => database.get(counter, "SELECT value FROM meta WHERE name = 'changes'")?.value ?? 0,
});
