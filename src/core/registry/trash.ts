// The trash: what a user deleted is marked, out of every list and NotFound to everybody, and its bytes stay until it is emptied.
import { CodedError } from '../errors.ts';
import type { GeneratedFile } from './fileRecord.ts';
import { countFiles, findFile, listTrashed, toGeneratedFile, versionsOfPath, type FileRow } from './fileRows.ts';
import { forgetFiles } from './forgetFiles.ts';
import type { KeepServices } from './keepFile.ts';
import { toStoredText } from './storedText.ts';

/** A file in the trash. */
export interface TrashedFile extends GeneratedFile {
  trashed_at: string;
}

export interface Trash {
  /**
   * Puts files in the trash, all or none of them.
   * @param which - `path`: each with the other versions of its path, so that none of them takes its place; `version`: just these
   * @returns all that went there, for {@link Trash.restoreFiles}
   * @throws CodedError `file.notFound`
   */
  trashFiles(user: string, ids: readonly string[], which: 'path' | 'version'): GeneratedFile[];
  /** Takes files out of the trash; ids that are not in it are left out of the answer. */
  restoreFiles(user: string, ids: readonly string[]): GeneratedFile[];
  /** The latest deleted first. */
  listTrash(user: string): TrashedFile[];
  /**
   * Removes for good what has been in the trash for so long; `olderThanDays` 0 takes all of it.
   * @returns what was removed
   */
  emptyTrash(user: string, olderThanDays: number): TrashedFile[];
}

const DAY = 86_400_000;
/** Files removed in one transaction: others can write in between. */
const BATCH = 200;

export const createTrash = (services: KeepServices): Trash => {
  const { database, changes, data } = services;
  const told = ({ trashed_at: at, ...row }: FileRow & { trashed_at: number }): TrashedFile => ({
    ...toGeneratedFile(data, row),
    trashed_at: new Date(at).toISOString(),
  });

  const mark = (rows: Iterable<FileRow>, at: number | null): void => {
    const messages = new Set<number>();
    for (const { file, message } of rows) {
      database.run('UPDATE file SET trashed_at = $at WHERE id = $file', { file, at });
      messages.add(message);
    }
    for (const message of messages) {
      countFiles(database, message);
    }
  };

  return {
    trashFiles: (user, ids, which) =>
      changes.change(() => {
        const rows = new Map<number, FileRow>();
        for (const id of ids) {
          const row = findFile(database, id);
          if (row?.owner !== user) {
            throw new CodedError('file.notFound', { id });
          }
          for (const one of which === 'path' ? versionsOfPath(database, row.message, row.path) : [row]) {
            rows.set(one.file, one);
          }
        }
        mark(rows.values(), Date.now());
        return [...rows.values()].map((row) => toGeneratedFile(data, row));
      }),
    restoreFiles: (user, ids) =>
      changes.change(() => {
        const wanted = new Set(ids);
        const rows = listTrashed(database, toStoredText(user)).filter(({ file_id: id }) => wanted.has(id));
        mark(rows, null);
        return rows.map((row) => toGeneratedFile(data, row));
      }),
    listTrash: (user) => listTrashed(database, toStoredText(user)).map(told),
    emptyTrash: (user, olderThanDays) => {
      const until = Date.now() - olderThanDays * DAY;
      const removed: TrashedFile[] = [];
      for (;;) {
        const batch = forgetFiles(services, () =>
          listTrashed(database, toStoredText(user))
            .filter(({ trashed_at: at }) => at <= until)
            .slice(0, BATCH),
        );
        removed.push(...batch.map(told));
        if (batch.length < BATCH) {
          return removed;
        }
      }
    },
  };
};
