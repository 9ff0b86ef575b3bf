// Tells soon when another process has written to the registry.
//
// By watching two files. SQLite writes each transaction to the `-wal` file with write(2) (the shared memory beside it is mapped, and tells
// nothing), or to the database itself where there is no WAL. A watch can miss what happens on network disks: whoever needs to be sure asks
// `dataVersion` now and then too.
import { watch } from 'chokidar';
import type { DataFolder } from '../dataFolder.ts';

/** How much is told as one, milliseconds: a run's end is several transactions. */
const TOGETHER = 50;

/** @param onWrite - called after each write, also one of this process; most change nothing that is shown */
export const watchChanges = (data: DataFolder, onWrite: () => void): { close(): Promise<void> } => {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      onWrite();
    }, TOGETHER);
  };
  const watcher = watch([data.registry, `${data.registry}-wal`], { ignoreInitial: true, depth: 0 });
  watcher.on('all', soon);
  // No watch to be had (their number is limited): what asks now and then is enough.
  watcher.on('error', () => undefined);
  return {
    close: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
};
