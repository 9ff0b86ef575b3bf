// Which files go together: small ones many at a time, large ones alone, in pieces.

/** Bytes of one frame at the most: a gateway drops the connection at 10 MiB; 4 were the fastest of 1, 4 and 8. */
export const frameBytes = 4 << 20;
/** Bytes under way at a time: what memory is spent on. Half of it leaves a link with a round trip of 50 ms idle. */
export const windowBytes = 32 << 20;
/** Files of one frame at the most. */
const batchFiles = 128;

export interface Batches<T> {
  /** Each with at most {@link frameBytes} bytes. */
  readonly small: readonly (readonly T[])[];
  readonly large: readonly T[];
}

export const toBatches = <T>(items: readonly T[], sizeOf: (item: T) => number): Batches<T> => {
  const small: T[][] = [];
  const large: T[] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = sizeOf(item);
    if (size > frameBytes / 2) {
      large.push(item);
      continue;
    }
    const current = small.at(-1);
    if (current === undefined || bytes + size > frameBytes || current.length >= batchFiles) {
      small.push([item]);
      bytes = size;
    } else {
      current.push(item);
      bytes += size;
    }
  }
  return { small, large };
};
