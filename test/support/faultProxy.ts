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
  /** A round trip takes this much longer, in milliseconds; how much passes in it is not limited. */
  roundTrip(milliseconds: number): void;
  /** One bit of a large chunk is wrong, after so many bytes have passed from now on. */
  flip(direction: Direction, afterBytes: number): void;
  /** Does this to the connection by which the byte comes that is so far away from now, to the byte. */
  strike(fault: Fault, direction: Direction, afterBytes: number): void;
  /** Faults that have struck. */
  readonly struck: number;
  /** Bytes that have passed. */
  readonly passed: Readonly<Record<Direction, number>>;
  /** Everything works again for new connections. */
  restore(): void;
  /** Resolves when a client has sent this. */
  sent(what: string): Promise<void>;
  close(): Promise<void>;
}

export type Direction = 'toServer' | 'toClient';

/**
 * `cut`: both ends see it break. `truncate`: the rest of what was under way is swallowed, and the connection ends in good form.
 * `silent`: nothing passes any more, and nobody is told; new connections work. `flip`: one bit of the byte is wrong.
 */
export type Fault = 'cut' | 'truncate' | 'silent' | 'flip';

interface Strike {
  readonly fault: Fault;
  readonly direction: Direction;
  after: number;
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
  let latency = 0;
  let flip: { readonly direction: Direction; after: number } | undefined;
  const passed = { toServer: 0, toClient: 0 };
  const strikes: Strike[] = [];
  const silenced = new WeakSet<Socket>();
  /** Ends that were not told that the other one is gone. */
  const orphans = new Set<Socket>();
  let struck = 0;

  const end = (): void => {
    for (const pair of pairs) {
      for (const socket of pair) {
        socket.destroy();
      }
    }
    pairs.clear();
    orphans.forEach((socket) => socket.destroy());
    orphans.clear();
  };

  /** What is left to forward of a chunk in which a fault strikes. */
  const strikeIn = (chunk: Buffer, direction: Direction, from: Socket, to: Socket): Buffer => {
    for (const strike of strikes.filter((one) => one.direction === direction)) {
      const at = strike.after;
      strike.after -= chunk.length;
      if (at >= chunk.length) {
        continue;
      }
      strikes.splice(strikes.indexOf(strike), 1);
      struck++;
      if (strike.fault === 'flip') {
        chunk[at] = (chunk[at] ?? 0) ^ (1 << (at % 8));
        continue;
      }
      silenced.add(from);
      silenced.add(to);
      const before = chunk.subarray(0, at);
      if (strike.fault !== 'silent') {
        const isCut = strike.fault === 'cut';
        // What came before it passes still.
        setImmediate(() => {
          to.end(() => {
            if (isCut) {
              to.destroy();
            }
            from.destroy();
          });
        });
      }
      return before;
    }
    return chunk;
  };

  /** One after the other, so that a slow chunk never overtakes. */
  const forward = (from: Socket, to: Socket, slow: boolean): void => {
    let ready = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (mode === 'half-open' || silenced.has(from)) {
        return;
      }
      if (!slow) {
        for (const listener of listeners) {
          listener(chunk);
        }
      }
      const direction: Direction = slow ? 'toClient' : 'toServer';
      passed[direction] += chunk.length;
      chunk = strikeIn(chunk, direction, from, to);
      if (flip?.direction === direction) {
        flip.after -= chunk.length;
        // In a large chunk the middle is bytes of a file, whatever frames it.
        if (flip.after <= 0 && chunk.length > 8_192) {
          flip = undefined;
          const middle = chunk.length >> 1;
          chunk[middle] = (chunk[middle] ?? 0) ^ 1;
        }
      }
      if (latency > 0) {
        setTimeout(() => to.write(chunk), latency / 2);
        return;
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
        if (silenced.has(one)) {
          orphans.add(other);
        } else if (mode !== 'half-open') {
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
    roundTrip: (milliseconds) => {
      latency = milliseconds;
    },
    flip: (direction, afterBytes) => {
      flip = { direction, after: afterBytes };
    },
    strike: (fault, direction, afterBytes) => {
      strikes.push({ fault, direction, after: afterBytes });
    },
    get struck() {
      return struck;
    },
    passed,
    restore: () => {
      end();
      latency = 0;
      flip = undefined;
      strikes.length = 0;
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
