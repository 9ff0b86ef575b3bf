// Waiting for a message that another window or command runs: one after the other, and nothing is lost.
import { delay } from '../async.ts';
import { CodedError } from '../errors.ts';
import type { Lease } from '../registry/registry.ts';

/** Milliseconds between two looks: other processes can't be heard, only seen in the registry. */
const pause = 250;

interface HeldByOther {
  readonly kind: 'held';
  readonly owner: string;
  readonly lease: Lease;
}

const isHeld = (outcome: { readonly kind: string }): outcome is HeldByOther => outcome.kind === 'held';

/**
 * Tries until the message is not held by somebody else.
 * @throws CodedError `message.inUse` when that took too long, `cancelled`
 */
export const waitForLease = async <T extends { readonly kind: string }>(
  acquire: () => Promise<T | HeldByOther>,
  {
    seconds,
    signal,
    onWaiting,
  }: {
    readonly seconds: number;
    readonly signal: AbortSignal | undefined;
    readonly onWaiting: ((owner: string) => void) | undefined;
  },
): Promise<Exclude<T, HeldByOther>> => {
  const deadline = Date.now() + seconds * 1000;
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await acquire();
    if (!isHeld(outcome)) {
      return outcome as Exclude<T, HeldByOther>;
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
