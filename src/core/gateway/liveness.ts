// Knowing that a kernel is gone: the library's futures never settle by themselves after a lost connection, a kernel that
// was culled or deleted leaves its websocket open, and a gateway forbids the list that others poll.
import type { KernelConnection } from '@jupyterlab/services';
import { deferred } from '../async.ts';
import { isCoded } from '../errors.ts';
import type { Log } from '../log.ts';
import type { GatewayHttp } from './http.ts';
import { getKernel } from './kernelApi.ts';

/** Why a kernel can't be used any more. `restarted`: by our own order. */
export type LostReason =
  | { readonly kind: 'died' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'unreachable'; readonly cause: string }
  | { readonly kind: 'closed' };

export interface Liveness {
  readonly lost: Promise<LostReason>;
  isLost(): boolean;
  /** Watches closely until the returned function is called. */
  beginWork(): () => void;
  expectRestart(expected: boolean): void;
  dispose(): void;
}

/** How often the state is looked at; costs nothing while messages come. */
const tick = 1_000;
/** Silence during work after which the gateway is asked whether the kernel is still there. */
const silenceBeforeAsking = 15_000;
/** How long a connection may be away, in work, before the kernel counts as lost. */
const awayLimit = 15_000;

/**
 * Watches one connection; `died` tells that the gateway found the kernel dead. Idle, it costs no request; in work, at most one each second while
 * the connection is away.
 */
export const watchLiveness = (
  connection: KernelConnection,
  http: GatewayHttp,
  died: Promise<unknown>,
  log: Log,
): Liveness => {
  const lost = deferred<LostReason>();
  let isLost = false;
  let restartExpected = false;
  let working = 0;
  let heard = Date.now();
  let awaySince: number | undefined;
  let asking = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (reason: LostReason): void => {
    if (!isLost) {
      isLost = true;
      clearInterval(timer);
      log.info(`kernel ${connection.id} is lost: ${reason.kind}`);
      lost.resolve(reason);
    }
  };

  const ask = async (): Promise<void> => {
    asking = true;
    try {
      if ((await getKernel(http, connection.id)) === null) {
        lose({ kind: 'removed' });
      } else if (
        connection.connectionStatus !== 'connected' &&
        !connection.isDisposed &&
        Date.now() - (awaySince ?? 0) > 2_000
      ) {
        // The gateway answers again: don't wait for the library's next try, which is up to 30 s away.
        connection.reconnect().catch(() => undefined);
      }
      heard = Date.now();
    } catch (error) {
      if (isCoded(error, 'gateway.rejectedToken')) {
        lose({ kind: 'unreachable', cause: 'the token is no longer accepted' });
      }
    } finally {
      asking = false;
    }
  };

  const look = (): void => {
    if (connection.connectionStatus !== 'connected' && !restartExpected) {
      awaySince ??= Date.now();
      if (Date.now() - awaySince > awayLimit) {
        lose({ kind: 'unreachable', cause: 'the connection did not come back' });
        return;
      }
    } else {
      awaySince = undefined;
    }
    const silent = Date.now() - heard > silenceBeforeAsking;
    if (!asking && !restartExpected && (awaySince !== undefined || silent)) {
      void ask();
    }
  };

  connection.anyMessage.connect((_sender, { direction }) => {
    if (direction === 'recv') {
      heard = Date.now();
    }
  });
  connection.statusChanged.connect((_sender, status) => {
    if (status === 'dead' && !restartExpected) {
      lose({ kind: 'died' });
    }
  });
  void died.then(() => {
    lose({ kind: 'died' });
  });
  connection.disposed.connect(() => {
    lose({ kind: 'closed' });
  });

  return {
    lost: lost.promise,
    isLost: () => isLost,
    beginWork: () => {
      heard = Date.now();
      working++;
      timer ??= setInterval(look, tick);
      return () => {
        working--;
        if (working === 0) {
          clearInterval(timer);
          timer = undefined;
          awaySince = undefined;
        }
      };
    },
    expectRestart: (expected) => {
      restartExpected = expected;
      heard = Date.now();
    },
    dispose: () => {
      lose({ kind: 'closed' });
    },
  };
};
