// Waiting for a message that another window or command runs: one after the other, and nothing is lost.
import { delay } from '../async.ts';
import { CodedError } from '../errors.ts';
import type { LeaseOutcome } from '../registry/registry.ts';

/** Milliseconds between two looks: other processes can't be heard, only seen in the registry. */
const pause = 250;

/**
 * Acquires a lease as soon as its owner lets it go.
 * @throws CodedError `message.inUse` when that took too long, `cancelled`
 */
export const waitForLease = async (
  acquire: () => Promise<LeaseOutcome>,
  {
    seconds,
    signal,
    onWaiting,
  }: {
    readonly seconds: number;
    readonly signal: AbortSignal | undefined;
    readonly onWaiting: ((owner: string) => void) | undefined;
  },
): Promise<LeaseOutcome & { kind: 'acquired' }> => {
  const deadline = Date.now() + seconds * 1000;
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await acquire();
    if (outcome.kind === 'acquired') {
      return outcome;
    }
    if (Date.now() >= deadline) {
      const { chatId, messageId } = outcome.lease.workspace.key;
      throw new CodedError('message.inUse', { chatId, messageId, owner: outcome.owner });
    }
    if (isFirst) {
      onWaiting?.(outcome.owner);
    }
    await delay(pause, signal);
  }
};
