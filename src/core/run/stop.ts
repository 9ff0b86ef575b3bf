// Stopping that stops: interrupt, then restart, then delete the kernel, each within a bound and said.
import { delay, within } from '../async.ts';
import type { ExecuteOutcome, KernelSession } from '../gateway/kernelSession.ts';
import type { RunNotice } from './events.ts';

export interface StopBounds {
  /** Milliseconds the code has to heed the interrupt. */
  readonly interrupt: number;
  /** Milliseconds the restarted kernel has to answer. */
  readonly restart: number;
}

/** How far stopping had to go. */
export type StopEnd = 'interrupted' | 'restarted' | 'deleted';

export const defaultStopBounds: StopBounds = { interrupt: 5_000, restart: 15_000 };

/**
 * Ends an execution. Resolves with how far it had to go; `outcome` has settled then, whatever the code did.
 * @param remove deletes the kernel; after it the session counts as lost
 */
export const stopExecution = async (
  session: KernelSession,
  outcome: Promise<ExecuteOutcome>,
  remove: () => Promise<void>,
  say: (notice: RunNotice) => void,
  bounds: StopBounds,
): Promise<StopEnd> => {
  const ended = outcome.then(() => true);
  say({ code: 'stop.interrupting' });
  const asked = session.interrupt().catch(() => undefined);
  if (await within(ended, bounds.interrupt, false)) {
    return 'interrupted';
  }
  await within(asked, 1_000, undefined);
  say({ code: 'stop.restarting' });
  if ((await session.restart(bounds.restart)) && (await within(ended, 1_000, false))) {
    return 'restarted';
  }
  say({ code: 'stop.deleting' });
  await Promise.race([remove(), delay(20_000)]);
  session.dispose();
  await ended;
  return 'deleted';
};
