// The gateway itself ends in mid-run: a named end, the files kept, and the next run works on the one that took its place.
import assert from 'node:assert/strict';
import { openInterpreter } from '../../src/core/interpreter.ts';
import { startEmbeddedGateway } from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { startTestGateway } from '../support/embeddedGateway.ts';
import { keptBy, newMessage, run } from '../support/interpreter.ts';
import { cacheFolder } from '../support/places.ts';
import { eventually, isAlive, treeOf } from '../support/processes.ts';

describe('a gateway that ends', () => {
  it('killed in mid-run: lost within 30 s, the file kept, its kernels gone, and the next run starts it anew', async () => {
    const first = await startTestGateway();
    const interpreter = await openInterpreter({
      dataFolder: first.data.root,
      user: 'tester',
      connect: async () => (await startEmbeddedGateway(first.data, { consent: true, cacheFolder })).connection,
      reconnect: () => Promise.resolve('unknown'),
    });
    try {
      const key = newMessage(interpreter);
      let killedAt = 0;
      let processes: number[] = [];
      const result = await run(
        "open('/mnt/data/kept.csv', 'w').write('1')\nprint('here', flush=True)\nimport time; time.sleep(90)",
        {
          on: interpreter,
          key,
          timeoutSeconds: 80,
          onEvent: (event) => {
            if (event.kind === 'stream' && killedAt === 0) {
              killedAt = performance.now();
              processes = treeOf(first.gateway.pid);
              process.kill(first.gateway.pid, 'SIGKILL');
            }
          },
        },
      );
      const seconds = (performance.now() - killedAt) / 1000;
      assert.equal(result.status, 'lost');
      assert.equal(result.stdout, 'here\n');
      assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
      assert.ok(seconds < 30, `it took ${seconds} s`);
      assert.ok(processes.length > 1);
      await eventually('its kernels are gone', () => !processes.some(isAlive));
      const next = await run("print(open('/mnt/data/kept.csv').read())", { on: interpreter, key });
      assert.deepEqual([next.status, next.stdout], ['ok', '1\n']);
    } finally {
      await interpreter.dispose();
      await first.stop();
    }
  });
});
