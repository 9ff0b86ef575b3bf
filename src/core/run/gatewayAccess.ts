// The gateway that runs go to: connected at the first need, once.
import { orCancelled } from '../async.ts';
import { isCoded } from '../errors.ts';
import { createGatewayHttp, type GatewayHttp } from '../gateway/http.ts';
import type { GatewayConnection } from '../gateway/connection.ts';
import { identifyServer, type Server } from '../gateway/serverKind.ts';
import type { Log } from '../log.ts';

/** Finds the gateway: a remote one is known, an embedded one is set up and started. */
export type ConnectGateway = (options: {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: { step: string; reason: string; fraction?: number }) => void;
}) => Promise<GatewayConnection>;

export interface ConnectedGateway {
  readonly http: GatewayHttp;
  readonly server: Server;
}

export interface GatewayAccess {
  /** The connected gateway; concurrent callers share one attempt, a failed one is forgotten. */
  connected(options?: Parameters<ConnectGateway>[0]): Promise<ConnectedGateway>;
  /** The client of this address when it is the connected one. */
  current(): ConnectedGateway | undefined;
  /** Forgets a gateway that is gone, so that the next run connects anew; another one that took its place stays. */
  forget(gateway: ConnectedGateway): void;
  dispose(): Promise<void>;
}

export const createGatewayAccess = (connect: ConnectGateway, log: Log): GatewayAccess => {
  let attempt: Promise<ConnectedGateway> | undefined;
  let current: ConnectedGateway | undefined;
  /** Closed at the end only: kernels on them may still have to be removed. */
  const forgotten = new Set<ConnectedGateway>();

  const begin = async (options: Parameters<ConnectGateway>[0]): Promise<ConnectedGateway> => {
    const connection = await connect(options);
    const http = createGatewayHttp(connection);
    try {
      const server = await identifyServer(http, options.signal);
      log.info(`connected to ${server.kind} ${server.version} at ${http.connection.baseUrl}`);
      current = { http, server };
      return current;
    } catch (error) {
      await http.dispose();
      connection.release?.();
      throw error;
    }
  };

  const forgetCurrent = (): void => {
    current = undefined;
    attempt = undefined;
  };

  return {
    connected: async (options = { signal: undefined, onProgress: () => undefined }) => {
      for (;;) {
        const mine = attempt === undefined;
        attempt ??= begin(options).catch((error: unknown) => {
          attempt = undefined;
          throw error;
        });
        try {
          return await orCancelled(attempt, options.signal);
        } catch (error) {
          // Whoever began the attempt was stopped and took it along: that is not this caller's end.
          if (mine || options.signal?.aborted || !isCoded(error, 'cancelled')) {
            throw error;
          }
        }
      }
    },
    current: () => current,
    forget: (gateway) => {
      if (current === gateway) {
        forgetCurrent();
      }
      forgotten.add(gateway);
    },
    dispose: async () => {
      if (current) {
        forgotten.add(current);
      }
      forgetCurrent();
      await Promise.all([...forgotten].map(({ http }) => http.dispose()));
      for (const { http } of forgotten) {
        http.connection.release?.();
      }
    },
  };
};
