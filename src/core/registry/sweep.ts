// What a start makes good: work that a dead process left half done, kept files without rows, staged leftovers.
import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import type { DataFolder } from '../dataFolder.ts';
import { causeOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { integerColumn, optionalText, textColumn } from './columns.ts';
import type { ContentStore } from './contentStore.ts';
import { noteStamp } from './keepFile.ts';
import { livenessOf, type ProcessIdentity } from './processIdentity.ts';
import { registerSidecars, registerWorkspace } from './register.ts';
import type { Sidecar } from './sidecar.ts';
import type { Database } from './sqlite.ts';
import { readWorkspaceRecords } from './workspaceRecords.ts';

export interface SweepServices {
  readonly database: Database;
  readonly store: ContentStore;
  readonly data: DataFolder;
  readonly process: ProcessIdentity;
  readonly log: Log;
}

const HOUR = 3_600_000;
/** How long the work of a process that can't be asked about (another host) is left alone. */
const UNKNOWN_GRACE = HOUR;

const pendingRow = v.object({
  file_id: textColumn,
  work: textColumn,
  host: textColumn,
  pid: integerColumn,
  process_start: optionalText,
  since: integerColumn,
});

/**
 * Brings rows and kept files together again. Costs little when nothing happened behind the registry's back: the store is
 * looked through only when it does not look as it did after the last registered change.
 * @param isNew - the database was just made: what there was before is made again from records and sidecars
 */
export const sweep = async (services: SweepServices, isNew: boolean): Promise<void> => {
  const { database, store, log } = services;
  const removed = await store.sweepStaged(Date.now() - HOUR);
  if (removed > 0) {
    log.info(`${removed} unfinished copies removed`);
  }
  if (isNew) {
    restoreWorkspaces(services);
  }
  const underWay = await endPending(services);
  const stamp = store.stamp();
  const noted = database.get(v.object({ value: textColumn }), "SELECT value FROM meta WHERE name = 'store'");
  if (isNew || noted?.value !== stamp) {
    await registerOrphans(services, underWay);
    if (underWay.size === 0) {
      database.write(() => {
        noteStamp(database, stamp);
      });
    }
  }
};

const restoreWorkspaces = ({ database, data, log }: SweepServices): void => {
  const records = readWorkspaceRecords(data, log);
  database.write(() => {
    for (const record of records) {
      if (!registerWorkspace(database, record)) {
        log.warn(`the folder ${record.workspace_id} is another message's; its record was left out`);
      }
    }
  });
};

/** Ends what dead processes were at; gives the ids that living ones are at. */
const endPending = async ({ database, store, process, log }: SweepServices): Promise<Set<string>> => {
  const underWay = new Set<string>();
  for (const row of database.all(pendingRow, 'SELECT file_id, work, host, pid, process_start, since FROM pending')) {
    const liveness = livenessOf({ host: row.host, pid: row.pid, start: row.process_start }, process);
    const isOver = liveness === 'dead' || (liveness === 'unknown' && Date.now() - row.since > UNKNOWN_GRACE);
    if (!isOver) {
      underWay.add(row.file_id);
      continue;
    }
    const sidecar = row.work === 'keep' ? await readWhole(store, row.file_id) : undefined;
    database.write(() => {
      // Of several processes that start at once, one does it.
      if (
        database.run('DELETE FROM pending WHERE file_id = $id AND pid = $pid', { id: row.file_id, pid: row.pid })
          .changes === 0
      ) {
        return;
      }
      const registered =
        sidecar === undefined ? 0 : registerSidecars(database, [sidecar], (sidecar) => store.isWhole(sidecar), log);
      if (registered === 0) {
        store.remove(row.file_id);
      }
      log.info(
        `${row.file_id}: ${registered === 0 ? 'an unfinished file was removed' : 'a kept file was registered again'}`,
      );
    });
  }
  return underWay;
};

/** The sidecar of a file that is there as a whole. */
const readWhole = async (store: ContentStore, id: string): Promise<Sidecar | undefined> => {
  try {
    const sidecar = await store.readSidecar(id);
    return sidecar.id === id && store.isWhole(sidecar) ? sidecar : undefined;
  } catch {
    return undefined;
  }
};

/** Registers kept files that have no row. What is no kept file of ours is left alone. */
const registerOrphans = async (services: SweepServices, underWay: ReadonlySet<string>): Promise<void> => {
  const { database, store, log } = services;
  const { sidecars, contents } = await store.list();
  const known = new Set(
    database.all(v.object({ file_id: textColumn }), 'SELECT file_id FROM file').map((row) => row.file_id),
  );
  for (const id of known) {
    if (!contents.has(id)) {
      log.warn(`${id}: its bytes are not there any more`);
    }
  }
  const orphans: Sidecar[] = [];
  for (const id of sidecars) {
    if (known.has(id) || underWay.has(id) || !contents.has(id)) {
      continue;
    }
    try {
      const sidecar = await store.readSidecar(id);
      if (sidecar.id === id) {
        orphans.push(sidecar);
      }
    } catch (error) {
      log.warn(`the sidecar of ${id} can't be read: ${causeOf(error)}`);
    }
  }
  await setImmediate();
  const registered = registerSidecars(database, orphans, (sidecar) => store.isWhole(sidecar), log);
  if (registered > 0) {
    log.info(`${registered} kept files were registered again`);
  }
};
