// Waits that always end: each one has a bound or a signal.
import { setTimeout as delayFor } from 'node:timers/promises';
import { CodedError } from './errors.ts';

/** A promise with its settling functions outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a {@link Deferred}; a rejection nobody waits for is not reported as unhandled. */
export const deferred = <T>(): Deferred<T> => {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  promise.catch(() => undefined);
  return { promise, resolve, reject };
};

/** Resolves after `milliseconds`; rejects with `cancelled` when the signal aborts first. */
export const delay = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
  try {
    await delayFor(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    throw new CodedError('cancelled', {}, { cause: error });
  }
};

/** The value `promise` settles with, or `fallback` when it takes longer than `milliseconds`. */
export const within = async <T, F>(promise: Promise<T>, milliseconds: number, fallback: F): Promise<T | F> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<F>((resolve) => {
    timer = setTimeout(() => {
      resolve(fallback);
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Throws `cancelled` when the signal has aborted. */
export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) {
    throw new CodedError('cancelled', {});
  }
};

/** The value of `promise`, or a `cancelled` rejection at once when the signal aborts; the work itself goes on. */
export const orCancelled = async <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) {
    return promise;
  }
  throwIfAborted(signal);
  const aborted = deferred<never>();
  const onAbort = (): void => {
    aborted.reject(new CodedError('cancelled', {}));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
