// Waiting for a kernel that was just started: it answers, or it is told at once that it has ended, with its last words.
import { delay, throwIfAborted } from '../async.ts';
import { CodedError } from '../errors.ts';
import { getKernel } from '../gateway/kernelApi.ts';
import type { KernelSession } from '../gateway/kernelSession.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';

/** What is waited for. */
export interface StartedKernel {
  readonly gateway: ConnectedGateway;
  readonly kernelName: string;
  readonly seconds: number;
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds between two questions whether the gateway has the kernel still: it drops one that does not come up. */
const askPause = 1_000;

/** Resolves once the gateway says that it has no such kernel; never by itself while it can't be asked. */
const goneFrom = async ({ http }: ConnectedGateway, kernelId: string, until: AbortSignal): Promise<'gone'> => {
  for (;;) {
    await delay(askPause, until);
    try {
      if ((await getKernel(http, kernelId)) === null) {
        return 'gone';
      }
    } catch {
      // It does not answer, or not this question: the wait for the kernel has a bound of its own.
    }
  }
};

/** The last line or two that say what was wrong; the whole is in the gateway's log. */
const ending = (words: string): string => {
  const lines = words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-2).join(' ').slice(-400);
};

/**
 * Waits until the kernel has answered.
 * @throws CodedError `kernel.launchFailed` when it has ended, `kernel.launchTimedOut`, `cancelled`
 */
export const awaitReady = async (session: KernelSession, started: StartedKernel): Promise<void> => {
  const { gateway, kernelName, seconds, signal } = started;
  const over = new AbortController();
  const gone = goneFrom(gateway, session.kernelId, over.signal);
  gone.catch(() => undefined);
  const outcome = await Promise.race([session.ready(seconds * 1000, signal), gone]).finally(() => {
    over.abort();
  });
  if (outcome === true) {
    return;
  }
  throwIfAborted(signal);
  if (outcome === false && !session.isLost) {
    throw new CodedError('kernel.launchTimedOut', { name: kernelName, seconds });
  }
  const words = ending((await gateway.http.connection.lastWords?.(session.kernelId)) ?? '');
  throw new CodedError('kernel.launchFailed', {
    name: kernelName,
    reason: `it ended while it started${words === '' ? '' : `: ${words}`}`,
  });
};
