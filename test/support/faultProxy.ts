// A TCP proxy that does what networks do: cut connections, go silent, be slow.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export interface FaultProxy {
  /** Of the way through the proxy. */
  readonly url: string;
  /** Ends all connections at once; new ones are refused until `restore`. */
  cut(): void;
  /** Ends all connections at once; new ones are taken. */
  cutOnce(): void;
  /** Connections stay open, and nothing passes any more, on new ones either. */
  halfOpen(): void;
  /** Each chunk towards the client waits this long, in milliseconds. */
  delay(milliseconds: number): void;
  /** At most so many bytes a second towards the client. */
  throttle(bytesPerSecond: number): void;
  /** Everything works again for new connections. */
  restore(): void;
  /** Resolves when a client has sent this. */
  sent(what: string): Promise<void>;
  close(): Promise<void>;
}

type Mode = 'open' | 'cut' | 'half-open';

/** Stands before a server on this machine. */
export const startFaultProxy = async (target: string): Promise<FaultProxy> => {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  const listeners = new Set<(chunk: Buffer) => void>();
  let mode: Mode = 'open';
  let wait = 0;
  let rate = Infinity;

  const end = (): void => {
    for (const pair of pairs) {
      for (const socket of pair) {
        socket.destroy();
      }
    }
    pairs.clear();
  };

  /** One after the other, so that a slow chunk never overtakes. */
  const forward = (from: Socket, to: Socket, slow: boolean): void => {
    let ready = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (mode === 'half-open') {
        return;
      }
      if (!slow) {
        for (const listener of listeners) {
          listener(chunk);
        }
      }
      const pause = slow ? wait + (rate === Infinity ? 0 : (chunk.length / rate) * 1000) : 0;
      if (pause === 0) {
        void ready.then(() => to.write(chunk));
        return;
      }
      from.pause();
      ready = ready.then(
        () =>
          new Promise((resolve) => {
            setTimeout(() => {
              to.write(chunk);
              from.resume();
              resolve();
            }, pause);
          }),
      );
    });
  };

  const server: Server = createServer((client) => {
    client.on('error', () => undefined);
    if (mode === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    upstream.on('error', () => undefined);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    forward(client, upstream, false);
    forward(upstream, client, true);
    for (const [one, other] of [pair, [upstream, client] as const]) {
      one.on('close', () => {
        pairs.delete(pair);
        if (mode !== 'half-open') {
          other.destroy();
        }
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cut: () => {
      mode = 'cut';
      end();
    },
    cutOnce: end,
    halfOpen: () => {
      mode = 'half-open';
    },
    delay: (milliseconds) => {
      wait = milliseconds;
    },
    throttle: (bytesPerSecond) => {
      rate = bytesPerSecond;
    },
    restore: () => {
      end();
      mode = 'open';
      wait = 0;
      rate = Infinity;
    },
    sent: (what) =>
      new Promise((resolve) => {
        const listener = (chunk: Buffer): void => {
          if (chunk.includes(what)) {
            listeners.delete(listener);
            resolve();
          }
        };
        listeners.add(listener);
      }),
    close: async () => {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
