// How long variables live: in a message, through a chat, for one run.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deferred } from '../../src/core/async.ts';
import { isCoded } from '../../src/core/errors.ts';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { keptBy, newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { eventually, kernelsOf } from '../support/processes.ts';

/** Another message of the same chat. */
const nextMessage = (interpreter: Interpreter, { chatId, messageId }: MessageKey): MessageKey =>
  interpreter.key(chatId, `${messageId} next`);

const notices = (): { readonly codes: string[]; readonly onEvent: (event: RunEvent) => void } => {
  const codes: string[] = [];
  return {
    codes,
    onEvent: (event) => {
      if (event.kind === 'notice') {
        codes.push(event.notice.code);
      }
    },
  };
};

describe('kernel.scope chat', () => {
  it('keeps variables through the chat, and each file with its message', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat' } }, async (on) => {
      const first = newMessage(on);
      const second = nextMessage(on, first);
      const write = "open('/mnt/data/a.txt', 'w').write(str(x)); open('b.txt', 'w').close()";
      const one = await run(`x = 41\n${write}`, { on, key: first });
      const two = await run(`import os\nprint(x, os.getcwd(), os.listdir('/mnt/data'))\nx += 1\n${write}`, {
        on,
        key: second,
      });
      const again = await run("print(x, open('/mnt/data/a.txt').read(), os.path.realpath('a.txt'))", {
        on,
        key: first,
      });
      assert.deepEqual([one.grounding, one.error], ['translated', null]);
      assert.equal(two.stdout, '41 /mnt/data []\n');
      assert.equal(again.stdout, '42 41 /mnt/data/a.txt\n');
      const kept = ['/mnt/data/a.txt created', '/mnt/data/b.txt created'];
      assert.deepEqual([keptBy(one), keptBy(two), keptBy(again)], [kept, kept, []]);
    });
  });

  it('children, shells, figures and magics work in the folder of the message that runs', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat' } }, async (on) => {
      const first = newMessage(on);
      const second = nextMessage(on, first);
      const code =
        'import subprocess, sys, matplotlib.pyplot as plt\nplt.plot([1]); plt.savefig(\'f.png\')\nsubprocess.run([sys.executable, \'-c\', \'from pathlib import Path; (Path("/mnt") / "data" / "c.txt").write_text("c")\'], check=True)\nsubprocess.run(\'pwd > /mnt/data/s.txt; echo x > t.txt\', shell=True)\n!echo $PWD; ls /mnt/data';
      await run('1', { on, key: first });
      const result = await run(code, { on, key: second });
      assert.deepEqual(
        keptBy(result),
        ['c', 'f', 's', 't'].map((n) => `/mnt/data/${n}.${n === 'f' ? 'png' : 'txt'} created`),
      );
      assert.deepEqual(result.stdout.split(/\s+/).slice(0, 2), ['/mnt/data', 'c.txt']);
      assert.deepEqual(keptBy(await run('2', { on, key: first })), []);
    });
  });

  it('a path that a variable took from the system in an earlier message still shows no real folder', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat' } }, async (on) => {
      const first = newMessage(on);
      await run("import subprocess\nwhere = subprocess.check_output('pwd', text=True).strip()", { on, key: first });
      const second = await run('print(where)', { on, key: nextMessage(on, first) });
      assert.equal(second.stdout, '/mnt/data\n');
    });
  });

  it('two messages never run at the same time', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat' } }, async (on) => {
      const first = newMessage(on);
      const [, result] = await Promise.all([
        run("import time; time.sleep(.3); done = True; open('/mnt/data/late.txt', 'w').close()", { on, key: first }),
        run("print(done); open('/mnt/data/next.txt', 'w').close()", { on, key: nextMessage(on, first) }),
      ]);
      assert.equal(result.stdout, 'True\n');
      assert.deepEqual(keptBy(result), ['/mnt/data/next.txt created']);
    });
  });

  it('the whole chat is held: another program hears who has it, and goes on with its variables afterwards', async () => {
    const settings = { kernelScope: 'chat', ownerLabel: 'the first' } as const;
    await withInterpreter({ settings }, async (first) => {
      const key = newMessage(first);
      const begun = deferred<undefined>();
      const answer = deferred<string>();
      const onInput = (): Promise<string> => {
        begun.resolve(undefined);
        return answer.promise;
      };
      const running = run('x = input()', { on: first, key, onInput });
      await begun.promise;
      for (const kernelScope of ['chat', 'message', 'run'] as const) {
        await withInterpreter({ settings: { kernelScope, waitSeconds: 0 } }, async (second) => {
          await assert.rejects(
            run('1', { on: second, key: nextMessage(second, key) }),
            (error) => isCoded(error, 'message.inUse') && error.detail.owner === 'the first',
          );
        });
      }
      answer.resolve('given');
      await running;
      await withInterpreter({ settings: { kernelScope: 'chat' } }, async (second) => {
        const result = await run("print(x)\nopen('/mnt/data/x.txt', 'w').close()", {
          on: second,
          key: nextMessage(second, key),
        });
        assert.deepEqual([result.stdout, keptBy(result)], ['given\n', ['/mnt/data/x.txt created']]);
      });
    });
  });

  it('is refused where the mount is asked for', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat', grounding: 'mounted' } }, async (on) => {
      await assert.rejects(run('1', { on }), (error) => isCoded(error, 'kernel.groundingUnavailable'));
    });
  });

  it('works on when code has thrown out what translates', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat' } }, async (on) => {
      const first = newMessage(on);
      await run("import sys\nx = 1\nfor n in [n for n in sys.modules if 'code_interpreter' in n]: del sys.modules[n]", {
        on,
        key: first,
      });
      const second = await run("open('/mnt/data/a.txt', 'w').write('a')\nprint(x)", {
        on,
        key: nextMessage(on, first),
      });
      assert.deepEqual([second.stdout, keptBy(second)], ['1\n', ['/mnt/data/a.txt created']]);
    });
  });
});

describe('kernel.scope run', () => {
  it('each run has a new kernel, which is removed; files stay', async () => {
    const { gateway } = await testGateway();
    const before = kernelsOf(gateway.pid);
    await withInterpreter({ settings: { kernelScope: 'run' } }, async (on) => {
      const key = newMessage(on);
      const first = await run("x = 1\nopen('/mnt/data/a.txt', 'w').write('a')", { on, key });
      const { codes, onEvent } = notices();
      const second = await run("print('x' in dir(), open('/mnt/data/a.txt').read())", { on, key, onEvent });
      assert.deepEqual([second.stdout, keptBy(first)], ['False a\n', ['/mnt/data/a.txt created']]);
      assert.deepEqual(
        codes.filter((code) => code !== 'grounding.translated'),
        [],
      );
      await eventually('no kernel is left', () => kernelsOf(gateway.pid).every((pid) => before.includes(pid)));
    });
  });

  it('a change of the setting takes effect at the next run', async () => {
    const settings: { kernelScope: 'message' | 'chat' | 'run' } = { kernelScope: 'message' };
    await withInterpreter({ settings }, async (on) => {
      const key = newMessage(on);
      await run('x = 1', { on, key });
      settings.kernelScope = 'chat';
      assert.equal((await run("print('x' in dir())\ny = 2", { on, key })).stdout, 'False\n');
      const second = nextMessage(on, key);
      assert.equal((await run('print(y)', { on, key: second })).stdout, '2\n');
      settings.kernelScope = 'message';
      const last = await run("open('/mnt/data/a.txt', 'w').close()\nprint('y' in dir())", { on, key: second });
      assert.deepEqual([last.stdout, keptBy(last)], ['False\n', ['/mnt/data/a.txt created']]);
    });
  });
});

describe('a workspace of a chat', () => {
  it('holds what was written under /mnt/data', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat' } }, async (on) => {
      const key = nextMessage(on, newMessage(on));
      await run('1', { on, key: on.key(key.chatId, 'one') });
      await run("open('/mnt/data/x.txt', 'w').write('there')", { on, key });
      const { path } = on.registry.workspaceFor(key);
      assert.equal(await readFile(join(path, 'x.txt'), 'utf8'), 'there');
    });
  });
});

describe('kernel.scope message', () => {
  it('says in which message of the chat a missing name lives', async () => {
    await withInterpreter({}, async (on) => {
      const first = newMessage(on);
      await run('total = 41', { on, key: first });
      const { codes, onEvent } = notices();
      const result = await run('print(total)', { on, key: nextMessage(on, first), onEvent });
      assert.equal(result.error?.name, 'NameError');
      assert.ok(codes.includes('name.elsewhere'));
    });
  });
});
