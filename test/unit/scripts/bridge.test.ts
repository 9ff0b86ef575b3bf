import assert from 'node:assert/strict';
import { startBridge } from '../../../scripts/host/bridge.ts';
import { bridgeAddressVariable, bridgeTokenVariable } from '../../../scripts/host/protocol.ts';

describe('the bridge between host tests and the page', () => {
  const handlers = {
    double: ({ number }: { number: number }) => Promise.resolve(number * 2),
    fail: () => Promise.reject(new Error('no such button')),
  };

  const post = async (path: string, token?: string): Promise<{ status: number; body: string }> => {
    const bridge = await startBridge(handlers);
    try {
      const response = await fetch(`${bridge.environment[bridgeAddressVariable] ?? ''}/${path}`, {
        method: 'POST',
        headers: { authorization: `token ${token ?? bridge.environment[bridgeTokenVariable] ?? ''}` },
        body: JSON.stringify({ number: 21 }),
      });
      return { status: response.status, body: await response.text() };
    } finally {
      await bridge.close();
    }
  };

  it('carries a request to its handler and the answer back', async () => {
    assert.deepEqual(await post('double'), { status: 200, body: '42' });
  });

  it('gives the reason when an action fails', async () => {
    assert.deepEqual(await post('fail'), { status: 500, body: 'no such button' });
  });

  it('refuses a wrong token, and what it does not know', async () => {
    assert.equal((await post('double', 'guessed')).status, 500);
    assert.equal((await post('toString')).status, 500);
  });
});
