// What the parts of one transfer share.
import { orCancelled } from '../../async.ts';
import { CodedError } from '../../errors.ts';
import { RefusedError, type TransferChannel } from './channel.ts';
import type { ProgressMeter } from './progress.ts';
import type { TransferFailure } from './types.ts';
import type { Window } from './window.ts';

export interface TransferContext {
  readonly channel: TransferChannel;
  readonly window: Window;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal | undefined;
  /** A key for the kernel's side, never used before. */
  readonly newKey: () => string;
}

export interface Failed {
  readonly status: 'failed';
  readonly reason: TransferFailure;
}

export const failed = (code: TransferFailure['code'], detail = ''): Failed => ({
  status: 'failed',
  reason: { code, detail },
});

/** How long the kernel may take to clear up what was cancelled; a busy one does it when it comes to it. */
const clearBound = 10_000;

/** Tells the kernel's side that a file is not wanted any more, without waiting for ever. */
export const abandon = async ({ channel }: TransferContext, key: string): Promise<void> => {
  try {
    await orCancelled(channel.request('abandon', { key }), AbortSignal.timeout(clearBound));
  } catch {
    // The kernel is gone, and its files with it; or it is busy, and will come to it.
  }
};

/** Tries once more what came out wrong: a change while it was read, or bits that flipped on the way. */
export const twice = async <T extends object>(
  attempt: (isFirst: boolean) => Promise<T | Failed>,
): Promise<T | Failed> => {
  const first = await attempt(true);
  const again = 'reason' in first && (first.reason.code === 'changed' || first.reason.code === 'corrupt');
  return again ? attempt(false) : first;
};

/** The outcome of a refusal; anything else is thrown on. */
export const refusalOf = (error: unknown): Failed => {
  if (error instanceof RefusedError) {
    return { status: 'failed', reason: error.failure };
  }
  throw error;
};

/** Runs all, and waits for all before the first failure is thrown: nothing goes on behind the caller's back. */
export const settleAll = async (work: readonly Promise<unknown>[]): Promise<void> => {
  const outcomes = await Promise.allSettled(work);
  const rejected = outcomes.filter((outcome): outcome is PromiseRejectedResult => outcome.status === 'rejected');
  // The kernel's end says more than the cancellation that it may have caused.
  const reason =
    rejected.find((one) => one.reason instanceof CodedError && one.reason.code !== 'cancelled') ?? rejected[0];
  if (reason) {
    throw reason.reason;
  }
};

/** Paths travel as base64: JSON can't carry names that are no UTF-8. */
export const onTheWire = (path: Uint8Array | string): string => Buffer.from(path).toString('base64');
