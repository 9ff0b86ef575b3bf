// Headers of the user's own: read from a setting, and sent with all that goes to the gateway.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isCoded } from '../../../src/core/errors.ts';
import { readHeaders } from '../../../src/core/gateway/headers.ts';
import { createGatewayHttp } from '../../../src/core/gateway/http.ts';

const refused = (name: string, cause: RegExp) => (error: unknown) =>
  isCoded(error, 'gateway.invalidHeader') && error.detail.name === name && cause.test(error.detail.cause);

describe('headers for a gateway', () => {
  it('take secrets from the environment', () => {
    assert.deepEqual(readHeaders({ 'X-Team': 'data', 'CF-Access': 'key ${env:KEY}!' }, { KEY: 'secret' }), {
      'X-Team': 'data',
      'CF-Access': 'key secret!',
    });
  });

  it('are refused by name, and never with their value', () => {
    for (const given of [['x'], 'x', null]) {
      assert.throws(() => readHeaders(given, {}), refused('', /no object/));
    }
    assert.throws(() => readHeaders({ 'X-Team': 7 }, {}), refused('X-Team', /no text/));
    assert.throws(() => readHeaders({ Authorization: 'token x' }, {}), refused('Authorization', /sends it itself/));
    assert.throws(() => readHeaders({ 'X-Key': '${env:NONE}' }, {}), refused('X-Key', /no variable NONE/));
    assert.throws(() => readHeaders({ 'no name': 'x' }, {}), refused('no name', /./));
    assert.throws(
      () => readHeaders({ 'X-Key': '${env:KEY}' }, { KEY: 'secret\nX-Other: 1' }),
      (error) => refused('X-Key', /./)(error) && !String(error).includes('secret'),
    );
  });

  it('go with requests, with the log-in, and with the connection to a kernel', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(request.method === 'POST' ? 302 : 200, { 'Content-Type': 'application/json' }).end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const http = createGatewayHttp({ baseUrl, token: null, password: 'p', headers: { 'X-Team': 'data' } });
    try {
      await http.request({ method: 'GET', path: 'api' }, [200]);
      assert.deepEqual(
        seen.map((headers) => headers['x-team']),
        ['data', 'data', 'data'],
      );
      assert.equal((await http.authenticationHeaders())['X-Team'], 'data');
    } finally {
      await http.dispose();
      server.close();
    }
  });
});
