// How runs end: each ending has its name, and what was written is kept each time.
import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/core/run/events.ts';
import {
  abortOn,
  contentOf,
  keptBy,
  newMessage,
  run,
  testInterpreter,
  withInterpreter,
} from '../support/interpreter.ts';

const writeFirst = "open('/mnt/data/kept.csv', 'w').write('a,b\\n1,2\\n')\n";

describe('the endings of a run', () => {
  it('ok: output, result and file', async () => {
    const result = await run(`${writeFirst}print('printed')\n6 * 7`);
    assert.equal(result.status, 'ok');
    assert.equal(result.stdout, 'printed\n');
    assert.equal(result.result, '42');
    assert.equal(result.error, null);
    assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
    const kept = await contentOf(await testInterpreter(), result.files[0]?.id ?? '');
    assert.equal(kept.toString(), 'a,b\n1,2\n');
  });

  it('error: the code raised, and its file is kept', async () => {
    const result = await run(`${writeFirst}1 / 0`);
    assert.equal(result.status, 'error');
    assert.equal(result.error?.name, 'ZeroDivisionError');
    assert.match(result.error.traceback.join('\n'), /line 2/);
    assert.doesNotMatch(result.error.traceback.join('\n'), /\u001b/);
    assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
  });

  it('error: code that is no Python at all', async () => {
    const result = await run('this is no Python');
    assert.equal(result.status, 'error');
    assert.equal(result.error?.name, 'SyntaxError');
    assert.deepEqual(result.files, []);
  });

  it('timeout: endless printing is stopped by the clock', async () => {
    const result = await run(`${writeFirst}while True: print('again')`, { timeoutSeconds: 2 });
    assert.equal(result.status, 'timeout');
    assert.match(result.stdout, /^again\nagain\n/);
    assert.equal(result.error?.name, 'TimeoutError');
    assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
  });

  it('timeout: code that ignores interrupts loses its kernel, not its file', async () => {
    await withInterpreter({ settings: { stopBounds: { interrupt: 300, restart: 15_000 } } }, async (on) => {
      const key = newMessage(on);
      const code = `${writeFirst}import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        print('no')`;
      const result = await run(code, { on, key, timeoutSeconds: 0.5 });
      assert.equal(result.status, 'timeout');
      assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
      const next = await run("import os; print(os.getcwd()); open('/mnt/data/next.csv', 'w').close()", { on, key });
      assert.equal(next.stdout, '/mnt/data\n');
      assert.deepEqual(keptBy(next), ['/mnt/data/next.csv created']);
    });
  });

  it('interrupted: somebody stopped it', async () => {
    const result = await run(`${writeFirst}print('here', flush=True)\nimport time\ntime.sleep(60)`, abortOn('here'));
    assert.equal(result.status, 'interrupted');
    assert.equal(result.stdout, 'here\n');
    assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
  });

  it('interrupted: stopped while it begins, at one moment or another, and the kernel keeps its variables', async () => {
    const key = newMessage(await testInterpreter());
    await run('kept = 1', { key });
    for (let moment = 0; moment < 12; moment++) {
      const stop = new AbortController();
      const onEvent = (event: RunEvent): void => {
        if (event.kind === 'phase' && event.phase === 'execute') {
          setTimeout(() => {
            stop.abort();
          }, moment);
        }
      };
      const code = 'import time\ntime.sleep(60)';
      assert.equal((await run(code, { key, signal: stop.signal, onEvent })).status, 'interrupted');
    }
    assert.equal((await run('kept', { key })).result, '1');
  });

  it('what the kernel puts aside unseen, since somebody else made it, is sent again', async () => {
    const key = newMessage(await testInterpreter());
    await run(
      'import threading\nkernel = get_ipython().kernel\nthreading.Timer(0.3, lambda: setattr(kernel, "_aborting", False)).start()\nkernel._aborting = True',
      { key },
    );
    const result = await run('1 + 1', { key });
    assert.deepEqual([result.status, result.result], ['ok', '2']);
  });

  it('lost: the code ended its own kernel', async () => {
    const result = await run(
      `${writeFirst}print('last words', flush=True)\nimport os, time\ntime.sleep(.3)\nos._exit(1)`,
    );
    assert.equal(result.status, 'lost');
    assert.equal(result.stdout, 'last words\n');
    assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
  });

  it('lost: the kernel was killed, and the next run has a new one', async () => {
    const interpreter = await testInterpreter();
    const key = newMessage(interpreter);
    const result = await run(`${writeFirst}x = 1\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)`, { key });
    assert.equal(result.status, 'lost');
    assert.deepEqual(keptBy(result), ['/mnt/data/kept.csv created']);
    const next = await run("print(open('/mnt/data/kept.csv').read(), 'x' in dir())", { key });
    assert.equal(next.stdout, 'a,b\n1,2\n False\n');
    assert.equal(next.status, 'ok');
  });
});
