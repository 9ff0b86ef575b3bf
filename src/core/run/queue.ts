// One queue for each key: work of one message never overlaps, work of different messages runs side by side.
import { CodedError } from '../errors.ts';

export interface Queues {
  /** Runs `work` after all earlier work of the same key; `cancelled` when the signal aborts while it waits. */
  enqueue<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export const createQueues = (): Queues => {
  const tails = new Map<string, Promise<unknown>>();
  return {
    enqueue: (key, work, signal) => {
      const previous = tails.get(key) ?? Promise.resolve();
      const next = previous.then(() => {
        if (signal?.aborted) {
          throw new CodedError('cancelled', {});
        }
        return work();
      });
      const settled = next
        .catch(() => undefined)
        .then(() => {
          if (tails.get(key) === settled) {
            tails.delete(key);
          }
        });
      tails.set(key, settled);
      return next;
    },
  };
};
