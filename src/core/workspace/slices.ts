// Long synchronous work in slices, so that the event loop is never held for long.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../async.ts';

/** Tells when it is time to let others work. */
export interface Slice {
  /** Whether this slice's time is used up; cheap enough for every item of a loop. */
  due(): boolean;
  /** Gives the event loop a turn and starts the next slice. Rejects with `cancelled` when the signal has aborted. */
  rest(): Promise<void>;
}

const ITEMS_BETWEEN_CLOCK_READS = 16;

/** A {@link Slice} of `milliseconds` at a time. */
export const createSlice = (signal?: AbortSignal, milliseconds = 4): Slice => {
  let started = performance.now();
  let items = 0;
  return {
    due: () => {
      items += 1;
      return items % ITEMS_BETWEEN_CLOCK_READS === 0 && performance.now() - started > milliseconds;
    },
    rest: async () => {
      await nextTurn();
      throwIfAborted(signal);
      started = performance.now();
    },
  };
};

const RUN_LENGTH = 2048;

/** `items` in the order of their UTF-16 code units (the same everywhere), sorted in slices: 100,000 names in one piece hold the loop for 50 ms. */
export const sortNames = async (items: readonly string[], slice: Slice): Promise<readonly string[]> => {
  let runs: (readonly string[])[] = [];
  for (let start = 0; start < items.length; start += RUN_LENGTH) {
    runs.push(items.slice(start, start + RUN_LENGTH).sort());
    if (start > 0) {
      await slice.rest();
    }
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(await merge(runs[index] ?? [], runs[index + 1] ?? [], slice));
    }
    runs = merged;
  }
  return runs[0] ?? [];
};

const merge = async (left: readonly string[], right: readonly string[], slice: Slice): Promise<readonly string[]> => {
  const result: string[] = [];
  let leftIndex = 0;
  let rightIndex = 0;
  for (;;) {
    const first = left[leftIndex];
    const second = right[rightIndex];
    if (first !== undefined && (second === undefined || first <= second)) {
      result.push(first);
      leftIndex += 1;
    } else if (second !== undefined) {
      result.push(second);
      rightIndex += 1;
    } else {
      return result;
    }
    if (slice.due()) {
      await slice.rest();
    }
  }
};
