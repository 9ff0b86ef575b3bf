// Removing kept files for good, rows first: a crash in between must not bring a file back from its sidecar.
import { countFiles, type FileRow } from './fileRows.ts';
import { beginPending, noteStamp, type KeepServices } from './keepFile.ts';

type Forgettable = Pick<FileRow, 'file' | 'file_id' | 'message'>;

/**
 * Removes files with their bytes.
 * @param choose - which, asked inside the transaction that removes their rows
 * @returns those that were removed
 */
export const forgetFiles = <File extends Forgettable>(
  { database, changes, store, process }: KeepServices,
  choose: () => readonly File[],
): readonly File[] => {
  const files = changes.change(() => {
    const chosen = choose();
    for (const { file, file_id: id } of chosen) {
      beginPending(database, { id, work: 'forget', process });
      database.run('DELETE FROM file WHERE id = $file', { file });
    }
    for (const message of new Set(chosen.map((row) => row.message))) {
      countFiles(database, message);
    }
    return chosen;
  });
  if (files.length > 0) {
    for (const { file_id: id } of files) {
      store.remove(id);
    }
    database.write(() => {
      for (const { file_id: id } of files) {
        database.run('DELETE FROM pending WHERE file_id = $id', { id });
      }
      noteStamp(database, store.stamp());
    });
  }
  return files;
};
