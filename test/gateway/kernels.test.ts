// The kernel of a message: set up once, kept between runs, never left behind.
import assert from 'node:assert/strict';
import { deferred, orCancelled } from '../../src/core/async.ts';
import { isCoded } from '../../src/core/errors.ts';
import { openInterpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { keptBy, newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { eventually, kernelsOf } from '../support/processes.ts';

const ignoring = 'import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass';

const noticesInto =
  (notices: string[]) =>
  (event: RunEvent): void => {
    if (event.kind === 'notice') {
      notices.push(event.notice.code);
    }
  };

/** The gateway has as many kernels as before `work`, once `work` is done. */
const leavesNoKernel = async (work: () => Promise<void>): Promise<void> => {
  const { gateway } = await testGateway();
  const before = kernelsOf(gateway.pid);
  await work();
  const added = (): number[] => kernelsOf(gateway.pid).filter((pid) => !before.includes(pid));
  await eventually('the gateway has no more kernels than before', () => added().length === 0);
};

describe("a message's kernel", () => {
  it('keeps its variables between runs, and runs the init code once', async () => {
    await withInterpreter({ settings: { initCode: 'started = globals().get("started", 0) + 1' } }, async (on) => {
      const key = newMessage(on);
      const first = await run('x = 41\nprint(started)', { on, key });
      const second = await run('print(x + 1, started)', { on, key });
      assert.deepEqual([first.stdout, second.stdout], ['1\n', '42 1\n']);
    });
  });

  it('is set up anew after a restart, and the next run is told that its variables are gone', async () => {
    const settings = { initCode: 'started = 1', stopBounds: { interrupt: 300, restart: 15_000 } };
    await withInterpreter({ settings }, async (on) => {
      const key = newMessage(on);
      assert.equal((await run(ignoring, { on, key, timeoutSeconds: 0.5 })).status, 'timeout');
      const notices: string[] = [];
      const next = await run(
        "print(started, 'time' in dir())\nimport matplotlib.pyplot as plt\nplt.plot([1]); plt.savefig('a.png')",
        {
          on,
          key,
          onEvent: noticesInto(notices),
        },
      );
      assert.equal(next.stdout, '1 False\n');
      assert.deepEqual(
        next.files.map(({ name }) => name),
        ['a.png'],
      );
      assert.deepEqual(notices, ['kernel.restarted']);
    });
  });

  it('is deleted where it does not restart in time; the run still ends', async () => {
    await leavesNoKernel(async () => {
      await withInterpreter({ settings: { stopBounds: { interrupt: 200, restart: 1 } } }, async (on) => {
        const notices: string[] = [];
        const result = await run(ignoring, { on, timeoutSeconds: 0.5, onEvent: noticesInto(notices) });
        assert.equal(result.status, 'timeout');
        assert.deepEqual(notices, ['stop.interrupting', 'stop.restarting', 'stop.deleting']);
      });
    });
  });

  it('does not start with init code that fails, and says why', async () => {
    await leavesNoKernel(async () => {
      await withInterpreter({ settings: { initCode: 'import nonsense_of_nobody' } }, async (on) => {
        await assert.rejects(
          run('1', { on }),
          (error) => isCoded(error, 'kernel.initCodeFailed') && error.detail.error.includes('nonsense_of_nobody'),
        );
      });
    });
  });

  it('has its limit from the start of the cell: what came before costs the run nothing', async () => {
    await withInterpreter({ settings: { initCode: 'import time; time.sleep(1.5)' } }, async (on) => {
      const result = await run("print('done')", { on, timeoutSeconds: 1 });
      assert.equal(result.status, 'ok');
      assert.ok(result.duration_ms < 1000);
    });
  });

  it('is gone when its interpreter is', async () => {
    await leavesNoKernel(async () => {
      await withInterpreter({}, async (on) => {
        await Promise.all([run('1', { on }), run('2', { on })]);
      });
    });
  });

  it('is gone when its launch is cancelled, at any moment', async () => {
    await leavesNoKernel(async () => {
      await withInterpreter({}, async (on) => {
        for (const milliseconds of [0, 20, 100, 250, 500]) {
          const result = run('import time; time.sleep(60)', { on, signal: AbortSignal.timeout(milliseconds) });
          await assert.rejects(
            result.then(({ status }) => Promise.reject(status === 'interrupted' ? 'interrupted' : 'not stopped')),
            (error) => error === 'interrupted' || isCoded(error, 'cancelled'),
          );
        }
      });
    });
  });

  it('is one of at most so many: the least recently used is released', async () => {
    const { gateway } = await testGateway();
    await leavesNoKernel(async () => {
      await withInterpreter({ settings: { maximumKernels: 1 } }, async (on) => {
        const before = kernelsOf(gateway.pid).length;
        const key = newMessage(on);
        await run('x = 1', { on, key });
        await run('1', { on });
        await eventually('one kernel', () => kernelsOf(gateway.pid).length === before + 1);
        const notices: string[] = [];
        const next = await run("print('x' in dir())", { on, key, onEvent: noticesInto(notices) });
        assert.equal(next.stdout, 'False\n');
        assert.deepEqual(notices, ['kernel.restarted']);
      });
    });
  });

  it('serves one program at a time: another one says whom it waits for, and nothing of either is lost', async () => {
    await withInterpreter({ settings: { ownerLabel: 'the first' } }, async (first) => {
      const key = newMessage(first);
      await withInterpreter({ settings: { waitSeconds: 0 } }, async (second) => {
        const begun = deferred<undefined>();
        const released = deferred<string>();
        const running = run("open('/mnt/data/first.txt', 'w').write('1')\ninput()\nx = 1", {
          on: first,
          key,
          onInput: () => {
            begun.resolve(undefined);
            return released.promise;
          },
        });
        await begun.promise;
        await assert.rejects(
          run('1', { on: second, key }),
          (error) => isCoded(error, 'message.inUse') && error.detail.owner === 'the first',
        );
        await withInterpreter({}, async (third) => {
          const waiting = run("open('/mnt/data/second.txt', 'w').write(str(x))", {
            on: third,
            key,
            onEvent: (event) => {
              if (event.kind === 'notice' && event.notice.code === 'kernel.waiting') {
                released.resolve(event.notice.owner);
              }
            },
          });
          assert.deepEqual(keptBy(await running), ['/mnt/data/first.txt created']);
          assert.equal(await released.promise, 'the first');
          assert.deepEqual(keptBy(await waiting), ['/mnt/data/second.txt created']);
        });
      });
    });
  });

  it('goes with the program that uses it: one that left it idle takes it back with its variables', async () => {
    for (const reach of ['auto', 'channel'] as const) {
      await leavesNoKernel(async () => {
        await withInterpreter({ settings: { reach } }, async (first) => {
          const key = newMessage(first);
          await run("xs = [1]\nopen('/mnt/data/a.txt', 'w').write('a')", { on: first, key });
          await withInterpreter({ settings: { reach } }, async (second) => {
            const notices: string[] = [];
            const onEvent = noticesInto(notices);
            const taken = await run(
              "xs.append(2)\nopen('/mnt/data/b.txt', 'w').write(open('/mnt/data/a.txt').read())",
              {
                on: second,
                key,
                onEvent,
              },
            );
            assert.deepEqual([taken.status, taken.reach], ['ok', reach === 'channel' ? 'channel' : 'shared']);
            assert.deepEqual(keptBy(taken), ['/mnt/data/b.txt created']);
            const back = await run("print(xs, open('/mnt/data/b.txt').read())", { on: first, key, onEvent });
            assert.equal(back.stdout, '[1, 2] a\n');
            assert.equal(notices.includes('kernel.restarted'), false);
          });
          // Its end left the kernel, which it had not any more.
          assert.equal((await run('print(xs)', { on: first, key })).stdout, '[1, 2]\n');
        });
      });
    }
  });

  it('runs of one message wait for each other, in their order', async () => {
    await withInterpreter({}, async (on) => {
      const key = newMessage(on);
      const results = await Promise.all(
        ['xs = [1]', 'import time; time.sleep(.2); xs.append(2)', 'print(xs)'].map((code) => run(code, { on, key })),
      );
      assert.equal(results[2]?.stdout, '[1, 2]\n');
    });
  });

  it('of another message is not affected by who is stopped while both connect', async () => {
    const { connection, data } = await testGateway();
    let attempts = 0;
    const on = await openInterpreter({
      dataFolder: data.root,
      user: 'tester',
      connect: async ({ signal }) => {
        attempts++;
        return attempts === 1 ? orCancelled(new Promise<never>(() => undefined), signal) : connection;
      },
      reconnect: () => Promise.resolve('unknown'),
    });
    try {
      const controller = new AbortController();
      const stopped = run('1', { on, signal: controller.signal });
      const goesOn = run('6 * 7', {
        on,
        onEvent: (event) => {
          if (event.kind === 'phase' && event.phase === 'connect') {
            controller.abort();
          }
        },
      });
      await assert.rejects(stopped, (error) => isCoded(error, 'cancelled'));
      assert.equal((await goesOn).result, '42');
      assert.equal(attempts, 2);
    } finally {
      await on.dispose();
    }
  });
});
