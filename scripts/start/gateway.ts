// The embedded gateway of the data folder, for as long as `npm start` runs.
import type { Processes } from '../lib/processes.ts';
import { askCommand } from './commandLine.ts';

const isRunning = async (): Promise<boolean> => {
  const status = (await askCommand(['gateway', 'status'])) as { running: boolean };
  return status.running;
};

/** Sees to it that a gateway which did not run before is stopped at the end, unless others use it by then; the run itself starts it. */
export const stopGatewayAtEnd = async (processes: Processes): Promise<void> => {
  if (!(await isRunning())) {
    processes.atEnd(() => askCommand(['gateway', 'stop', '--if-unused']));
  }
};
