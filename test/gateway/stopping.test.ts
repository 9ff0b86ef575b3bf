// Stop at every stage of a run: a named end, nothing half, and the message goes on with the next run.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isCoded } from '../../src/core/errors.ts';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { RunSettings } from '../../src/core/run/request.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { contentOf, keptBy, newMessage, run, withInterpreter, type RunOptions } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';

const megabytes = 48;

/** Stops a run as soon as it tells what is waited for. */
const stopWhen = (
  isIt: (event: RunEvent) => boolean,
): Pick<RunOptions, 'signal' | 'onEvent'> & { told: () => boolean } => {
  const stop = new AbortController();
  return {
    signal: stop.signal,
    told: () => stop.signal.aborted,
    onEvent: (event) => {
      if (isIt(event)) {
        stop.abort();
      }
    },
  };
};

const phase =
  (wanted: string) =>
  (event: RunEvent): boolean =>
    event.kind === 'phase' && event.phase === wanted;

const filesOnTheWay =
  (direction: 'push' | 'pull') =>
  (event: RunEvent): boolean =>
    event.kind === 'notice' &&
    event.notice.code === 'transfer' &&
    event.notice.direction === direction &&
    event.notice.bytes > 0;

describe('a stop', () => {
  const inMessage = async (
    settings: Partial<RunSettings>,
    work: (on: Interpreter, key: MessageKey) => Promise<void>,
  ): Promise<void> => {
    await withInterpreter({ settings: { resumable: true, ...settings } }, async (on) => {
      const key = newMessage(on);
      await work(on, key);
      // Whatever was stopped: every run has an end, none has a journal, and the message runs again.
      assert.deepEqual(
        on.registry.listRuns(key).filter(({ endedAt }) => endedAt === null),
        [],
      );
      assert.deepEqual(readdirSync(on.data.running), []);
      assert.equal((await run('6 * 7', { on, key })).result, '42');
    });
  };

  const isCancelled = async (running: Promise<RunResult>): Promise<void> => {
    await assert.rejects(running, (error) => isCoded(error, 'cancelled'));
  };

  it('while a gateway is asked that does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const connection = { baseUrl: `http://127.0.0.1:${port}/`, token: null };
      await withInterpreter({ connection, dataFolder: await temporaryFolder('data') }, async (on) => {
        const { signal, onEvent } = stopWhen(phase('connect'));
        const key = newMessage(on);
        await isCancelled(run('1', { on, key, ...(signal && { signal }), ...(onEvent && { onEvent }) }));
        assert.deepEqual(on.registry.listRuns(key), []);
      });
    } finally {
      silent.close();
    }
  });

  it('while the kernel starts', async () => {
    await inMessage({}, async (on, key) => {
      const { told, ...stop } = stopWhen(phase('launch'));
      await isCancelled(run("open('/mnt/data/a.txt', 'w').close()", { on, key, ...stop }));
      assert.ok(told());
      assert.deepEqual(on.registry.listRuns(key), []);
    });
  });

  it('while attachments go to a kernel without a shared folder: the next run has them whole', async () => {
    const path = join(await temporaryFolder('attachment'), 'large.bin');
    const file = await open(path, 'w');
    await file.writeFile(Buffer.alloc(megabytes << 20, 'x'));
    await file.close();
    await inMessage({ reach: 'channel' }, async (on, key) => {
      const { told, ...stop } = stopWhen(filesOnTheWay('push'));
      await isCancelled(run('1', { on, key, attachments: [{ path }], ...stop }));
      assert.ok(told());
      const next = await run("import os\nos.listdir('/mnt/data'), os.path.getsize('/mnt/data/large.bin')", { on, key });
      assert.equal(next.result, `(['large.bin'], ${megabytes << 20})`);
    });
  });

  it('while the code runs: what it had made is kept', async () => {
    await inMessage({}, async (on, key) => {
      const { told, ...stop } = stopWhen((event) => event.kind === 'stream');
      const code = "open('/mnt/data/a.txt', 'w').write('a')\nprint('on', flush=True)\nwhile True: pass";
      const result = await run(code, { on, key, ...stop });
      assert.ok(told());
      assert.deepEqual([result.status, keptBy(result)], ['interrupted', ['/mnt/data/a.txt created']]);
    });
  });

  it('while files come from a kernel without a shared folder: each is kept whole or said, and comes when it is asked for', async () => {
    await inMessage({ reach: 'channel' }, async (on, key) => {
      const { told, ...stop } = stopWhen(filesOnTheWay('pull'));
      const code = [
        "for name in 'abcd':",
        `    with open('/mnt/data/%s.bin' % name, 'wb') as file: file.write(name.encode() * ${(megabytes / 4) << 20})`,
      ].join('\n');
      const result = await run(code, { on, key, ...stop });
      assert.ok(told());
      assert.equal(result.status, 'ok');
      assert.ok(result.skipped.length > 0, 'something was on its way');
      assert.ok(result.skipped.every((file) => file.can_be_fetched));
      const { files } = await on.fetchLeft(key);
      const all = [...result.files, ...files];
      assert.deepEqual(all.map(({ name }) => name).sort(), ['a.bin', 'b.bin', 'c.bin', 'd.bin']);
      for (const { id, name } of all) {
        const expected = Buffer.alloc((megabytes / 4) << 20, name[0]);
        assert.ok((await contentOf(on, id)).equals(expected), name);
      }
    });
  });

  it('while its record is written changes nothing: the run had ended', async () => {
    await inMessage({}, async (on, key) => {
      const { told, ...stop } = stopWhen(phase('collect'));
      const result = await run("open('/mnt/data/a.txt', 'w').write('a')\n1 + 1", { on, key, ...stop });
      assert.ok(told());
      assert.deepEqual([result.status, result.result, keptBy(result)], ['ok', '2', ['/mnt/data/a.txt created']]);
      assert.deepEqual(
        on.registry.listRuns(key).map(({ status }) => status),
        ['ok'],
      );
    });
  });
});
