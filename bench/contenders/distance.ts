// A server that is far away: every byte takes half a round trip longer, and how many are under way is not limited.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Distance {
  readonly url: string;
  /** Milliseconds; 0 until it is set. */
  roundTrip: number;
  close(): Promise<void>;
}

export const startDistance = async (target: string): Promise<Distance> => {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const forward = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      setTimeout(() => to.write(chunk), distance.roundTrip / 2);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    forward(client, upstream);
    forward(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const distance: Distance = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    roundTrip: 0,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
  return distance;
};
