// A bad network between this machine and the gateway: each run ends in a named state, and nothing is left behind.
import assert from 'node:assert/strict';
import { isCoded } from '../../src/core/errors.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { testGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { startFaultProxy, type FaultProxy } from '../support/faultProxy.ts';
import { keptBy, run, withInterpreter } from '../support/interpreter.ts';
import { eventually, kernelsOf } from '../support/processes.ts';

const writeFirst = "open('/mnt/data/kept.csv', 'w').write('1')\n";
const counting = (until: number, pause: number): string =>
  `${writeFirst}import time\nfor i in range(${until}):\n    print(i, flush=True); time.sleep(${pause})`;

/** Calls `act` once the run has printed this. */
const once = (printed: string, act: () => void): ((event: RunEvent) => void) => {
  let seen = '';
  let done = false;
  return (event) => {
    if (event.kind === 'stream' && !done) {
      seen += event.text;
      if (seen.includes(printed)) {
        done = true;
        act();
      }
    }
  };
};

describe('a connection that fails', () => {
  let gateway: TestGateway;
  let proxy: FaultProxy;
  let connection: GatewayConnection;

  before(async () => {
    gateway = await testGateway();
  });

  beforeEach(async () => {
    proxy = await startFaultProxy(gateway.connection.baseUrl);
    connection = { baseUrl: proxy.url, token: gateway.connection.token };
  });

  afterEach(async () => {
    proxy.restore();
    await proxy.close();
    await eventually('no kernel is left', () => kernelsOf(gateway.gateway.pid).length === 0);
  });

  const on = <T>(work: (interpreter: Parameters<Parameters<typeof withInterpreter>[1]>[0]) => Promise<T>): Promise<T> =>
    withInterpreter({ connection }, work);

  it('cut in mid-run: the output is whole after it is back, and the run ends ok', () =>
    on(async (interpreter) => {
      let lost = 0;
      const cutAt = once('20\n', () => {
        proxy.cutOnce();
      });
      const result = await run(counting(100, 0.03), {
        on: interpreter,
        onEvent: (event) => {
          cutAt(event);
          if (event.kind === 'notice' && event.notice.code === 'output.lost') {
            lost += event.notice.bytes;
          }
        },
      });
      assert.equal(result.status, 'ok');
      assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
      const all = Array.from({ length: 100 }, (_, i) => `${i}\n`).join('');
      assert.equal(result.stdout.length + lost, all.length);
      if (lost === 0) {
        assert.equal(result.stdout, all);
      }
      assert.equal((await run('1 + 1', { on: interpreter })).result, '2');
    }));

  it('cut as the code ends: its end is not lost', () =>
    on(async (interpreter) => {
      const result = await run("print('here', flush=True)\nimport time; time.sleep(.1)\nprint('end')", {
        on: interpreter,
        onEvent: once('here', () => {
          proxy.cutOnce();
        }),
      });
      assert.deepEqual([result.status, result.stdout], ['ok', 'here\nend\n']);
    }));

  it('silent for good in mid-run: lost, named, within its bound, with the file', async function silent() {
    this.timeout(60_000);
    await on(async (interpreter) => {
      const result = await run(counting(2000, 0.05), {
        on: interpreter,
        timeoutSeconds: 100,
        onEvent: once('5\n', () => {
          proxy.halfOpen();
        }),
      });
      assert.equal(result.status, 'lost');
      assert.match(result.error?.value ?? '', /can't be reached/);
      assert.match(result.stdout, /^0\n1\n2\n3\n4\n5\n/);
      assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
      // Back again before the interpreter ends: it removes the kernel.
      proxy.restore();
    });
  });

  it('cut while the kernel is launched: a coded error, and no kernel is left', () =>
    on(async (interpreter) => {
      // The gateway carries the request out, and its answer never arrives.
      void proxy
        .sent('KERNEL_ID')
        .then(() => {
          proxy.delay(5_000);
          return eventually('the kernel starts', () => kernelsOf(gateway.gateway.pid).length > 0);
        })
        .then(() => {
          proxy.cutOnce();
          proxy.delay(0);
        });
      await assert.rejects(run('1', { on: interpreter }), (error) => isCoded(error, 'gateway.unreachable'));
    }));

  it('slow in both ways: the run takes longer, and that is all', () =>
    on(async (interpreter) => {
      proxy.delay(30);
      proxy.throttle(2 << 20);
      const result = await run("print('x' * 200_000)", { on: interpreter });
      assert.deepEqual([result.status, result.stdout.length], ['ok', 200_001]);
    }));
});
