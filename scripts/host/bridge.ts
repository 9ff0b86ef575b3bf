// The loopback HTTP server between the host tests and the page.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { bridgeAddressVariable, bridgeTokenVariable } from './protocol.ts';

type Handler = (request: never) => Promise<unknown>;

export interface Bridge {
  /** What the extension host's environment needs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

const isAllowed = (request: IncomingMessage, token: string): boolean => {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`token ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** Serves `POST /<action>` with a JSON body. An action that fails answers 500 with the reason as text. */
export const startBridge = async (handlers: Readonly<Record<string, Handler>>): Promise<Bridge> => {
  const token = randomBytes(24).toString('hex');
  const server = createServer((request, response) => {
    const handler = Object.entries(handlers).find(([name]) => request.url === `/${name}`)?.[1];
    const answer = async (): Promise<string> => {
      if (handler === undefined || !isAllowed(request, token)) {
        throw new Error(`No such action: ${request.url ?? ''}`);
      }
      return JSON.stringify(await handler(JSON.parse(await text(request)) as never));
    };
    answer().then(
      (body) => response.setHeader('content-type', 'application/json').end(body),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    environment: { [bridgeAddressVariable]: `http://127.0.0.1:${port}`, [bridgeTokenVariable]: token },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
