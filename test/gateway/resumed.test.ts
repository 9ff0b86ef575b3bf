// A run whose window is reloaded, closed or killed in mid-run goes on: the next program reads on and keeps its files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deferred } from '../../src/core/async.ts';
import { isCoded } from '../../src/core/errors.ts';
import { openInterpreter, type Interpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { ResumedRun } from '../../src/core/run/leftRuns.ts';
import type { RunHooks, RunSettings } from '../../src/core/run/request.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { keptBy, newMessage, run } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';
import { eventually, kernelsOf } from '../support/processes.ts';

/** Writes and prints, then waits until `go` is there, takes it away, prints and writes again. */
const waiting = (go: string): string =>
  [
    'import os, time',
    "open('/mnt/data/early.txt', 'w').write('1')",
    "print('before', flush=True)",
    `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.02)`,
    `os.remove(${JSON.stringify(go)})`,
    "open('/mnt/data/late.txt', 'w').write('2')",
    "print('after')",
    'kept = 42',
  ].join('\n');

/** Resolves when a run has printed `text`. */
const printing = (text: string): { readonly seen: Promise<void>; readonly onEvent: (event: RunEvent) => void } => {
  const { promise, resolve } = deferred<undefined>();
  let printed = '';
  return {
    seen: promise,
    onEvent: (event) => {
      if (event.kind === 'stream') {
        printed += event.text;
        if (printed.includes(text)) {
          resolve(undefined);
        }
      }
    },
  };
};

/**
 * All that was printed. A stock gateway loses what a kernel says in the moment in which somebody connects to it
 * (`nudge` in https://github.com/jupyter-server/jupyter_server/blob/1.x/jupyter_server/services/kernels/handlers.py).
 */
const printed = /^before\n(?:after\n)?$/;

describe('a run whose program ends before it', () => {
  const opened: Interpreter[] = [];

  const open = async (settings: Partial<RunSettings> = {}): Promise<Interpreter> => {
    const { connection, data } = await testGateway();
    const interpreter = await openInterpreter({
      dataFolder: data.root,
      user: 'tester',
      connect: () => Promise.resolve(connection),
      reconnect: () => Promise.resolve(connection),
      settings: () => ({ resumable: true, ...settings }),
    });
    opened.push(interpreter);
    return interpreter;
  };

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((interpreter) => interpreter.dispose()));
  });

  /** Begins a run and ends its program in the middle of it, as a window does that is reloaded. */
  const leave = async (settings: Partial<RunSettings> = {}): Promise<{ key: MessageKey; goOn: () => void }> => {
    const first = await open(settings);
    const key = newMessage(first);
    // A mounted kernel sees no other folder of this machine, and one without a shared folder not the workspace.
    const isShared = settings.reach !== 'channel';
    const folder = isShared ? first.registry.workspaceFor(key).path : await temporaryFolder('go');
    const go = isShared ? '/mnt/data/go' : join(folder, 'go');
    const { seen, onEvent } = printing('before');
    const running = run(waiting(go), { on: first, key, onEvent });
    await seen;
    const left = assert.rejects(running, (error) => isCoded(error, 'cancelled'));
    await opened.pop()?.dispose({ leaveRuns: true });
    await left;
    return {
      key,
      goOn: () => {
        writeFileSync(join(folder, 'go'), '');
      },
    };
  };

  /** Goes on with what is left; resolves with the one run that there is. */
  const resume = async (on: Interpreter, hooks: RunHooks = {}): Promise<ResumedRun> => {
    const found: ResumedRun[] = [];
    await on.recover((resumed) => {
      found.push(resumed);
      return hooks;
    });
    return (await eventually('the run goes on', () => found[0])) ?? assert.fail();
  };

  const journals = async (): Promise<string[]> => readdirSync((await testGateway()).data.running);

  for (const reach of ['auto', 'channel'] as const) {
    it(`is read on by the next one, with all that it printed and made, and its variables (reach ${reach})`, async () => {
      const { gateway } = await testGateway();
      const before = kernelsOf(gateway.pid).length;
      const { key, goOn } = await leave({ reach });
      assert.equal(kernelsOf(gateway.pid).length, before + 1);
      const second = await open({ reach });
      const { seen, onEvent } = printing('before');
      const resumed = await resume(second, { onEvent });
      assert.deepEqual([resumed.key, resumed.language], [key, 'python']);
      await seen;
      goOn();
      const result = await resumed.ended;
      assert.ok(result);
      assert.match(result.stdout, printed);
      assert.deepEqual([result.status, result.skipped], ['ok', []]);
      assert.equal(result.reach, reach === 'channel' ? 'channel' : 'shared');
      assert.deepEqual(keptBy(result), ['/mnt/data/early.txt created', '/mnt/data/late.txt created']);
      assert.equal((await run('print(kept)', { on: second, key })).stdout, '42\n');
      assert.deepEqual(await journals(), []);
    });
  }

  it('is read to its end when it ended while nobody was there', async () => {
    const { key, goOn } = await leave();
    goOn();
    const second = await open();
    const late = join(second.registry.workspaceFor(key).path, 'late.txt');
    await eventually('it wrote its last file', () => existsSync(late));
    const result = await (await resume(second)).ended;
    assert.deepEqual([result?.status, result?.stdout], ['ok', 'before\nafter\n']);
  });

  it('is stopped by the next one, by a user or by its limit, which goes on meanwhile', async () => {
    const { goOn: never } = await leave();
    const stop = new AbortController();
    const stopped = await resume(await open(), { signal: stop.signal });
    stop.abort();
    const result = await stopped.ended;
    assert.deepEqual(
      [result?.status, keptBy(result ?? assert.fail())],
      ['interrupted', ['/mnt/data/early.txt created']],
    );
    never();
    await leave({ timeoutSeconds: 1 });
    const late = await (await resume(await open())).ended;
    assert.deepEqual([late?.status, late?.stdout], ['timeout', 'before\n']);
  });

  it('is not touched by a command that only cleans up; the next run of its message waits for it', async () => {
    const { key, goOn } = await leave();
    const second = await open({ resumable: false });
    await second.recover();
    assert.equal((await journals()).length, 1);
    const next = run("print(kept, open('/mnt/data/late.txt').read())", {
      on: second,
      key,
      onEvent: (event) => {
        if (event.kind === 'notice' && event.notice.code === 'kernel.waiting') {
          goOn();
        }
      },
    });
    assert.equal((await next).stdout, '42 2\n');
    const [earlier] = second.registry.listRuns(key);
    assert.equal(earlier?.status, 'ok');
  });

  it('goes to one of two programs that come', async () => {
    const { key, goOn } = await leave();
    const two = await Promise.all([open(), open()]);
    const ended: Promise<RunResult | undefined>[] = [];
    await Promise.all(
      two.map((one) =>
        one.recover((resumed) => {
          ended.push(resumed.ended);
          return {};
        }),
      ),
    );
    goOn();
    await eventually('one of them goes on', () => ended.length > 0);
    const results = (await Promise.all(ended)).filter((result) => result !== undefined);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['ok'],
    );
    assert.match(results[0]?.stdout ?? '', printed);
    assert.equal(two[0].registry.listRuns(key).length, 1);
  });

  it('is read on after kill -9 too', async () => {
    const { connection, data } = await testGateway();
    const second = await open();
    const key = newMessage(second);
    const script = new URL('../support/resumableRun.ts', import.meta.url).pathname;
    const args = [script, data.root, connection.baseUrl, key.chatId, key.messageId, 'auto', waiting('/mnt/data/go')];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, CODE_INTERPRETER_TEST_TOKEN: connection.token ?? '' },
    });
    const { seen, onEvent } = printing('before');
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      onEvent({ kind: 'stream', name: 'stdout', text });
    });
    await seen;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const resumed = await resume(second);
    writeFileSync(join(second.registry.workspaceFor(key).path, 'go'), '');
    const result = await resumed.ended;
    assert.equal(result?.status, 'ok');
    // What came in the last moment before the kill may be lost; it is counted.
    assert.match(result.stdout, /^(?:before\n)?after\n$/);
    assert.deepEqual(keptBy(result), ['/mnt/data/early.txt created', '/mnt/data/late.txt created']);
  });
});
