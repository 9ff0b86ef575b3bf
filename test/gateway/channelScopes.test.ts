// Variables that outlive a message, on a kernel that shares no folder: each run has its own message's files, and no others.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { keptBy, newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { recordKernelFolders } from '../support/kernelFolders.ts';
import { temporaryFolder } from '../support/places.ts';

/** Another message of the same chat. */
const nextMessage = (interpreter: Interpreter, { chatId, messageId }: MessageKey): MessageKey =>
  interpreter.key(chatId, `${messageId} next`);

const filesOf = (on: Interpreter, key: MessageKey): string[] => readdirSync(on.registry.workspaceFor(key).path).sort();

describe('kernel.scope without a shared folder', () => {
  it('chat: variables live on; /mnt/data and the working directory are the folder of the message that runs', async () => {
    const folders = await recordKernelFolders();
    await withInterpreter(
      { settings: { kernelScope: 'chat', reach: 'channel', initCode: folders.initCode } },
      async (on) => {
        const first = newMessage(on);
        const second = nextMessage(on, first);
        const one = await run("x = 41\nopen('/mnt/data/a.txt', 'w').write('first'); open('one.txt', 'w').write('1')", {
          on,
          key: first,
        });
        assert.deepEqual([one.error, one.reach, one.grounding], [null, 'channel', 'translated']);
        assert.deepEqual(keptBy(one), ['/mnt/data/a.txt created', '/mnt/data/one.txt created']);
        const source = join(await temporaryFolder('attached'), 'in.csv');
        writeFileSync(source, 'x\n');
        const two = await run(
          "import os\nprint(x, os.getcwd(), sorted(os.listdir('/mnt/data')), sorted(os.listdir('.')))\nx += 1\nopen('a.txt', 'w').write('second')",
          { on, key: second, attachments: [{ path: source }] },
        );
        assert.equal(two.stdout, "41 /mnt/data ['in.csv'] ['in.csv']\n");
        assert.deepEqual(keptBy(two), ['/mnt/data/a.txt created']);
        writeFileSync(join(on.registry.workspaceFor(first).path, 'here.txt'), 'between the runs');
        const again = await run(
          "print(x, os.getcwd(), sorted(os.listdir('.')), open('/mnt/data/a.txt').read())\nos.remove('one.txt')",
          { on, key: first },
        );
        assert.equal(again.stdout, "42 /mnt/data ['a.txt', 'here.txt', 'one.txt'] first\n");
        assert.deepEqual([again.files, again.skipped], [[], []]);
        const back = await run("print(x, sorted(os.listdir('/mnt/data')), open('a.txt').read())", { on, key: second });
        assert.equal(back.stdout, "42 ['a.txt', 'in.csv'] second\n");
        assert.deepEqual([back.files, back.skipped], [[], []]);
        assert.deepEqual(filesOf(on, first), ['a.txt', 'here.txt']);
        assert.deepEqual(filesOf(on, second), ['a.txt', 'in.csv']);
        assert.equal(readFileSync(join(on.registry.workspaceFor(first).path, 'a.txt'), 'utf8'), 'first');
      },
    );
    assert.ok(folders.all().length > 0);
    assert.deepEqual(folders.left(), [], 'what the kernel left behind');
  });

  it('chat: a kernel that dies in the second message loses neither the files of it nor those of the first', async () => {
    await withInterpreter({ settings: { kernelScope: 'chat', reach: 'channel' } }, async (on) => {
      const first = newMessage(on);
      const second = nextMessage(on, first);
      await run("open('a.txt', 'w').write('first')", { on, key: first });
      const died = await run("open('b.txt', 'w').write('second')\nimport os\nos._exit(1)", { on, key: second });
      assert.deepEqual([died.status, keptBy(died), died.skipped], ['lost', ['/mnt/data/b.txt created'], []]);
      const next = await run("import os\nprint(sorted(os.listdir('.')))", { on, key: first });
      assert.equal(next.stdout, "['a.txt']\n");
      assert.deepEqual([next.files, next.skipped], [[], []]);
    });
  });

  it('run: each run has a fresh kernel, all files of its message, and leaves no folder there', async () => {
    const folders = await recordKernelFolders();
    await withInterpreter(
      { settings: { kernelScope: 'run', reach: 'channel', initCode: folders.initCode } },
      async (on) => {
        const key = newMessage(on);
        const first = await run("x = 1\nopen('a.txt', 'w').write('one')", { on, key });
        const second = await run(
          "print('x' in globals(), open('/mnt/data/a.txt').read())\nopen('a.txt', 'a').write('two')",
          {
            on,
            key,
          },
        );
        assert.equal(second.stdout, 'False one\n');
        assert.deepEqual([keptBy(first), keptBy(second)], [['/mnt/data/a.txt created'], ['/mnt/data/a.txt modified']]);
        assert.equal(readFileSync(join(on.registry.workspaceFor(key).path, 'a.txt'), 'utf8'), 'onetwo');
      },
    );
    assert.equal(new Set(folders.all()).size, 2);
    assert.deepEqual(folders.left(), [], 'what the kernels left behind');
  });
});
