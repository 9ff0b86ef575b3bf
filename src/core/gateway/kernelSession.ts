// One connection to one kernel: executing on it, and knowing when it is gone.
import { CommsOverSubshells, KernelConnection, ServerConnection, type Kernel } from '@jupyterlab/services';
import { setTimeout as delayFor } from 'node:timers/promises';
import { deferred, within } from '../async.ts';
import type { Log } from '../log.ts';
import { executeOn, resumeOn, type ExecuteOutcome, type ExecuteRequest } from './execute.ts';
import type { GatewayHttp } from './http.ts';
import { openKernelComm, type CommListener, type KernelComm } from './kernelComm.ts';
import { getKernel, interruptKernel, restartKernel, type KernelModel } from './kernelApi.ts';
import { watchLiveness, type LostReason } from './liveness.ts';
import { createSerializer } from './serializer.ts';
import { createSocketClass } from './socket.ts';

export interface KernelSession {
  readonly kernelId: string;
  readonly kernelName: string;
  /** By which the gateway knows the connection again. */
  readonly clientId: string;
  /** Settled once the kernel can't be used any more, with the reason. */
  readonly lost: Promise<LostReason>;
  readonly isLost: boolean;
  /** Resolves when the kernel has answered; `false` when that took longer than `milliseconds`. */
  ready(milliseconds: number, signal?: AbortSignal): Promise<boolean>;
  /** Always settles: with the reply, or `lost`. */
  execute(request: ExecuteRequest): Promise<ExecuteOutcome>;
  /** Goes on reading a request of an earlier connection with this client id. Always settles. */
  resume(messageId: string, request: Pick<ExecuteRequest, 'onMessage' | 'onInput'>): Promise<ExecuteOutcome>;
  /** Opens a comm; it is closed when the kernel is restarted. */
  openComm(target: string, listener: CommListener): KernelComm;
  interrupt(): Promise<void>;
  /** Restarts and waits for the new kernel; running executions end as lost (`restarted`). False when it did not come back in time. */
  restart(milliseconds: number): Promise<boolean>;
  /** Closes the connection; the kernel itself stays. */
  dispose(): void;
}

const connectionSettings = (
  http: GatewayHttp,
  headers: Record<string, string>,
  log: Log,
  onAutorestart: () => void,
): ServerConnection.ISettings => {
  const { baseUrl, certificateAuthority } = http.connection;
  return ServerConnection.makeSettings({
    baseUrl,
    wsUrl: `ws${baseUrl.slice('http'.length)}`,
    appUrl: '',
    token: '',
    appendToken: false,
    // Structurally the DOM's WebSocket as far as the library uses it.
    WebSocket: createSocketClass({ headers, certificateAuthority }) as unknown as typeof globalThis.WebSocket,
    serializer: createSerializer({
      onUnreadable: (problem) => {
        log.warn(`unreadable frame from the gateway: ${problem}`);
      },
      onAutorestart,
    }),
  });
};

/** What the library's questions are answered by. */
interface ConnectionState {
  readonly isDisposed: boolean;
  readonly isConnected: boolean;
}

/** Milliseconds between two questions while a gateway does not answer, doubled each time. */
const firstPause = 500;
const longestPause = 16_000;

/**
 * The kernel as the gateway has it, once the gateway answers. The library would ask again after 10 to 30 s by a timer that nobody can
 * clear, for a disposed connection too.
 */
const modelOnceAnswered = async (
  http: GatewayHttp,
  id: string,
  state: () => ConnectionState,
): Promise<KernelModel | undefined> => {
  for (let pause = firstPause; !state().isDisposed; pause = Math.min(2 * pause, longestPause)) {
    try {
      return (await getKernel(http, id)) ?? undefined;
    } catch {
      await delayFor(pause, undefined, { ref: false });
      if (state().isConnected) {
        // By another way: an answer now would open the connection once more.
        return deferred<undefined>().promise;
      }
    }
  }
  return undefined;
};

/** REST for the library through our own client. A failure never declares the kernel dead: `watchLiveness` decides that. */
const createApiClient = (
  http: GatewayHttp,
  settings: ServerConnection.ISettings,
  state: () => ConnectionState,
): Kernel.IKernelAPIClient => {
  const notOffered = (): Promise<never> => Promise.reject(new Error('not offered'));
  return {
    serverSettings: settings,
    getModel: async (id) => {
      const model = await modelOnceAnswered(http, id, state);
      return model && { id: model.id, name: model.name };
    },
    restart: (id) => restartKernel(http, id),
    interrupt: (id) => interruptKernel(http, id),
    listRunning: notOffered,
    startNew: notOffered,
    shutdown: notOffered,
  };
};

/** Opens a connection to a kernel that the gateway has. */
export const connectKernel = async (
  http: GatewayHttp,
  model: KernelModel,
  options: { readonly clientId: string; readonly log: Log },
): Promise<KernelSession> => {
  const died = deferred<undefined>();
  const settings = connectionSettings(http, await http.authenticationHeaders(), options.log, () => {
    died.resolve(undefined);
  });
  const connection: KernelConnection = new KernelConnection({
    model: { id: model.id, name: model.name },
    clientId: options.clientId,
    serverSettings: settings,
    kernelAPIClient: createApiClient(http, settings, () => ({
      isDisposed: connection.isDisposed,
      isConnected: connection.connectionStatus === 'connected',
    })),
    commsOverSubshells: CommsOverSubshells.Disabled,
  });
  return openSession(connection, http, died.promise, options.log);
};

/** Milliseconds until a kernel is asked again, doubled each time. */
const firstAskAgain = 500;
const longestAskAgain = 8_000;

/**
 * Asks the kernel until it has answered (true) or `ended` settles (false). The library asks once for each connection, and what is
 * asked before the gateway's sockets have found a kernel that is just starting may be lost for good (its own note, KERNEL_INFO_TIMEOUT
 * in https://github.com/jupyterlab/jupyterlab/blob/main/packages/services/src/kernel/default.ts).
 */
const askUntilAnswered = async (
  connection: KernelConnection,
  known: Promise<unknown>,
  ended: Promise<unknown>,
): Promise<boolean> => {
  const outcome = deferred<boolean>();
  let settled = false;
  const settle = (answered: boolean) => (): void => {
    settled = true;
    outcome.resolve(answered);
  };
  known.then(settle(true), () => undefined);
  ended.then(settle(false), settle(false));
  for (let pause = firstAskAgain; ; pause = Math.min(2 * pause, longestAskAgain)) {
    await Promise.race([outcome.promise, delayFor(pause, undefined, { ref: false })]);
    // Settled meanwhile, which the compiler can't see.
    if ((settled as boolean) || connection.isDisposed) {
      return within(outcome.promise, 0, false);
    }
    connection.requestKernelInfo().then(
      (reply) => {
        if (reply) {
          settle(true)();
        }
      },
      // Not connected at this moment: asked again.
      () => undefined,
    );
  }
};

const openSession = (
  connection: KernelConnection,
  http: GatewayHttp,
  died: Promise<unknown>,
  log: Log,
): KernelSession => {
  const liveness = watchLiveness(connection, http, died, log);
  let restarting = false;
  let restarted = deferred<LostReason>();
  const kernelInfo = connection.info;
  kernelInfo.catch(() => undefined);

  const ready = async (milliseconds: number, signal?: AbortSignal): Promise<boolean> => {
    const aborted = deferred<false>();
    const onAbort = (): void => {
      aborted.resolve(false);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const over = deferred<undefined>();
    try {
      return await within(
        askUntilAnswered(connection, connection.info, Promise.race([aborted.promise, liveness.lost, over.promise])),
        milliseconds,
        false,
      );
    } finally {
      over.resolve(undefined);
      signal?.removeEventListener('abort', onAbort);
    }
  };

  const watched = async (work: () => Promise<ExecuteOutcome>): Promise<ExecuteOutcome> => {
    if (liveness.isLost()) {
      return { kind: 'lost', reason: await liveness.lost };
    }
    const release = liveness.beginWork();
    try {
      return await work();
    } finally {
      release();
    }
  };

  return {
    kernelId: connection.id,
    kernelName: connection.name,
    clientId: connection.clientId,
    lost: liveness.lost,
    get isLost() {
      return liveness.isLost();
    },
    ready,
    execute: (request) => watched(() => executeOn(connection, request, liveness.lost, () => restarting)),
    resume: (messageId, request) =>
      watched(() => resumeOn(connection, messageId, request, liveness.lost, () => restarting)),
    openComm: (target, listener) =>
      openKernelComm(connection, target, listener, Promise.race([liveness.lost, restarted.promise]), liveness),
    interrupt: () => interruptKernel(http, connection.id),
    restart: async (milliseconds) => {
      restarting = true;
      restarted.resolve({ kind: 'restarted' });
      restarted = deferred<LostReason>();
      liveness.expectRestart(true);
      const over = deferred<undefined>();
      try {
        const answered = connection.restart().then(
          () => askUntilAnswered(connection, connection.requestKernelInfo(), over.promise),
          () => false,
        );
        return await within(answered, milliseconds, false);
      } finally {
        over.resolve(undefined);
        restarting = false;
        liveness.expectRestart(false);
      }
    },
    dispose: () => {
      liveness.dispose();
      connection.dispose();
    },
  };
};
