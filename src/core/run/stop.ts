// Stopping that stops: interrupt, then restart, then delete the kernel, each within a bound and said.
import { delay, within } from '../async.ts';
import type { ExecuteOutcome } from '../gateway/execute.ts';
import type { KernelSession } from '../gateway/kernelSession.ts';
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
 * Milliseconds in which a cell may not have begun although its request is sent. ipykernel ignores an interrupt until then
 * (`pre_handler_hook`, https://github.com/ipython/ipykernel/blob/main/ipykernel/ipkernel.py), so that one is sent again a little later.
 */
const beginning = 1_000;
const pauseBeforeAgain = 500;

/** Sends interrupts until the execution has ended; false when it heeds none within the bound. */
const interrupt = async (
  session: KernelSession,
  ended: Promise<boolean>,
  bound: number,
  age: number,
): Promise<boolean> => {
  const pauses = age < beginning && bound > pauseBeforeAgain ? [pauseBeforeAgain, bound - pauseBeforeAgain] : [bound];
  let asked: Promise<unknown> = Promise.resolve();
  for (const pause of pauses) {
    asked = session.interrupt().catch(() => undefined);
    if (await within(ended, pause, false)) {
      return true;
    }
  }
  await within(asked, 1_000, undefined);
  return false;
};

/**
 * Ends an execution. Resolves with how far it had to go; `outcome` has settled then, whatever the code did.
 * @param age milliseconds since its request was sent
 * @param remove deletes the kernel; after it the session counts as lost
 */
export const stopExecution = async (
  session: KernelSession,
  outcome: Promise<ExecuteOutcome>,
  age: number,
  remove: () => Promise<void>,
  say: (notice: RunNotice) => void,
  bounds: StopBounds,
): Promise<StopEnd> => {
  const ended = outcome.then(() => true);
  say({ code: 'stop.interrupting' });
  if (await interrupt(session, ended, bounds.interrupt, age)) {
    return 'interrupted';
  }
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
