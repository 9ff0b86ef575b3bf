// How much may be under way at a time.
import { deferred, orCancelled, type Deferred } from '../../async.ts';

export interface Window {
  /** Waits until `weight` more fits; what is heavier than the whole window goes alone. @throws CodedError `cancelled` */
  acquire(weight: number, signal: AbortSignal | undefined): Promise<void>;
  release(weight: number): void;
}

/** A window of so many bytes, first come, first served. */
export const createWindow = (limit: number): Window => {
  let used = 0;
  const waiting: { readonly weight: number; readonly turn: Deferred<undefined> }[] = [];

  const admit = (): void => {
    for (let next = waiting[0]; next && (used === 0 || used + next.weight <= limit); next = waiting[0]) {
      used += next.weight;
      waiting.shift();
      next.turn.resolve(undefined);
    }
  };

  return {
    acquire: async (weight, signal) => {
      const one = { weight, turn: deferred<undefined>() };
      waiting.push(one);
      admit();
      try {
        await orCancelled(one.turn.promise, signal);
      } catch (error) {
        const at = waiting.indexOf(one);
        if (at >= 0) {
          waiting.splice(at, 1);
        } else {
          used -= weight;
        }
        admit();
        throw error;
      }
    },
    release: (weight) => {
      used -= weight;
      admit();
    },
  };
};
