// Files through the kernel connection: the same results as with a shared folder, whatever became of the run, and nothing left there.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import {
  abortOn,
  contentOf,
  keptBy,
  newMessage,
  openTestInterpreter,
  run,
  withInterpreter,
} from '../support/interpreter.ts';
import { recordKernelFolders, type KernelFolders } from '../support/kernelFolders.ts';
import { temporaryFolder } from '../support/places.ts';

const writeFirst = "open('/mnt/data/kept.csv', 'w').write('a,b\\n1,2\\n')\n";
const unheeding = `import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass`;

const skippedBy = (result: RunResult): string[] =>
  result.skipped.map(({ path, reason }) => `${path}: ${reason}`).sort();

describe('files through the kernel connection', () => {
  let on: Interpreter;
  let folders: KernelFolders;

  before(async () => {
    folders = await recordKernelFolders();
    on = await openTestInterpreter({
      settings: { reach: 'channel', initCode: folders.initCode, stopBounds: { interrupt: 300, restart: 15_000 } },
    });
  });

  after(async () => {
    await on.dispose();
    assert.ok(folders.all().length > 0);
    assert.deepEqual(folders.left(), [], 'what kernels left behind');
  });

  it('attachments go there, new and changed files come back, deleted ones go, and the workspace here is not the one there', async () => {
    const key = newMessage(on);
    const source = join(await temporaryFolder('attached'), 'in.csv');
    writeFileSync(source, 'x\n1\n');
    const first = await run(
      `${writeFirst}import os; print(open('/mnt/data/in.csv').read(), os.path.exists(${JSON.stringify(on.registry.workspaceFor(key).path)} + '/kept.csv'))
os.makedirs('a/b'); open('a/b/deep.txt', 'w').write('deep'); open('gone.txt', 'w').write('gone')`,
      { on, key, attachments: [{ path: source }] },
    );
    assert.deepEqual(
      [first.status, first.reach, first.reach_reason, first.grounding],
      ['ok', 'channel', 'it was asked for', 'translated'],
    );
    assert.equal(first.stdout, 'x\n1\n False\n');
    assert.deepEqual(keptBy(first), [
      '/mnt/data/a/b/deep.txt created',
      '/mnt/data/gone.txt created',
      '/mnt/data/kept.csv created',
    ]);
    assert.deepEqual(first.skipped, []);
    const second = await run(
      "import os; os.remove('gone.txt'); os.rename('a/b/deep.txt', 'moved.txt'); os.removedirs('a/b'); open('in.csv', 'a').write('2\\n')",
      { on, key },
    );
    assert.deepEqual(keptBy(second), ['/mnt/data/in.csv modified', '/mnt/data/moved.txt created']);
    const { path } = on.registry.workspaceFor(key);
    assert.deepEqual(readdirSync(path).sort(), ['in.csv', 'kept.csv', 'moved.txt']);
    assert.equal(readFileSync(join(path, 'in.csv'), 'utf8'), 'x\n1\n2\n');
    const kept = second.files.find(({ name }) => name === 'in.csv');
    assert.equal((await contentOf(on, kept?.id ?? '')).toString(), 'x\n1\n2\n');
    assert.equal(readFileSync(source, 'utf8'), 'x\n1\n');
  });

  it('is found out where the machine of the kernel does not show the folder, and the result says so', async () => {
    await withInterpreter({ settings: { kernelDataDir: '/not-there' } }, async (apart) => {
      const result = await run(writeFirst, { on: apart });
      const { folder } = apart.registry.workspaceFor(apart.key(result.chat_id, result.message_id));
      assert.deepEqual(
        [result.reach, result.reach_reason, keptBy(result)],
        ['channel', `the kernel's machine does not show /not-there/uploads/${folder}`, ['/mnt/data/kept.csv created']],
      );
    });
  });

  it('what is changed or removed here between runs is so there in the next', async () => {
    const key = newMessage(on);
    await run("open('one', 'w').write('1'); open('two', 'w').write('2')", { on, key });
    const { path } = on.registry.workspaceFor(key);
    rmSync(join(path, 'one'));
    writeFileSync(join(path, 'two'), 'zwei');
    mkdirSync(join(path, 'sub'));
    writeFileSync(join(path, 'sub', 'three'), '3');
    const next = await run("import os; print(sorted(os.listdir('.')), open('two').read())", { on, key });
    assert.equal(next.stdout, "['sub', 'two'] zwei\n");
    assert.deepEqual([next.files, next.skipped], [[], []]);
  });

  it('a figure that was only shown is a file there too, in the next run', async () => {
    const key = newMessage(on);
    const first = await run('import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()', { on, key });
    assert.deepEqual(keptBy(first), ['/mnt/data/figure-1.png created']);
    const next = await run("import os; print(os.listdir('.'))", { on, key });
    assert.equal(next.stdout, "['figure-1.png']\n");
  });

  it('what exists is fetched after an error, a stop and the time limit', async () => {
    const error = await run(`${writeFirst}1 / 0`, { on });
    const stopped = await run(`${writeFirst}print('here', flush=True)\nimport time\ntime.sleep(60)`, {
      on,
      ...abortOn('here'),
    });
    const late = await run(`${writeFirst}import time\ntime.sleep(60)`, { on, timeoutSeconds: 0.5 });
    assert.deepEqual([error.status, stopped.status, late.status], ['error', 'interrupted', 'timeout']);
    for (const result of [error, stopped, late]) {
      assert.deepEqual([keptBy(result), result.skipped], [['/mnt/data/kept.csv created'], []], result.status);
    }
  });

  it('a kernel that had to be restarted, or died, leaves what it made; the next one has all files again', async () => {
    for (const [code, status] of [
      [unheeding, 'timeout'],
      ['import os; os._exit(1)', 'lost'],
    ] as const) {
      const key = newMessage(on);
      const result = await run(writeFirst + code, { on, key, timeoutSeconds: status === 'timeout' ? 0.5 : 60 });
      assert.deepEqual(
        [result.status, keptBy(result), result.skipped],
        [status, ['/mnt/data/kept.csv created'], []],
        status,
      );
      const next = await run("print(open('/mnt/data/kept.csv').read())", { on, key });
      assert.equal(next.stdout, 'a,b\n1,2\n\n');
      assert.deepEqual([next.files, next.skipped], [[], []]);
    }
  });

  it('code that breaks the kernel side of it loses nothing', async () => {
    const key = newMessage(on);
    const result = await run(
      `${writeFirst}import sys\nfor name in [n for n in sys.modules if n.startswith('_code_interpreter')]: del sys.modules[name]`,
      {
        on,
        key,
      },
    );
    assert.deepEqual([keptBy(result), result.skipped], [['/mnt/data/kept.csv created'], []]);
  });

  it('code that takes the kernel side of it over is not believed: another kernel is asked', async () => {
    const key = newMessage(on);
    const result = await run(
      `${writeFirst}import sys\nsys.modules['_code_interpreter.manifest'].Manifest.page = lambda self, number: {'rows': 'none', 'more': False, 'truncated': False}`,
      { on, key },
    );
    assert.deepEqual([keptBy(result), result.skipped], [['/mnt/data/kept.csv created'], []]);
  });

  it('a hostile kernel: links, pipes, giants and odd names are named, and nothing is written elsewhere', async () => {
    const key = newMessage(on);
    const code = `import os
os.symlink('/etc/passwd', 'link'); os.symlink('/etc', 'folder-link'); os.mkfifo('pipe')
os.link('/etc/hostname', 'hard') if os.access('/etc/hostname', os.W_OK) and os.stat('/etc/hostname').st_dev == os.stat('.').st_dev else os.symlink('x', 'hard')
with open('giant', 'wb') as f: f.truncate(4 << 30)
with open('years', 'wb') as f: f.write(b'1')
os.utime('years', ns=((1 << 34) * 10**9, (1 << 34) * 10**9))
os.makedirs('x' * 255)
here = os.getcwdb() if False else os.fsencode(os.path.realpath('.'))
for name in [b'bad-\\xff', b'new\\nline', b'tab\\t', b'C:\\\\x', b'\\xe2\\x80\\xaertl', b'a' * 255, 'é'.encode(), 'e\\u0301'.encode(), b'CON', b'A', b'a', b'trailing. ', b'-rf', b'.hidden']:
    open(os.path.join(here, name), 'w').write('1')
deep = here
for _ in range(1000):
    deep = os.path.join(deep, b'd'); os.mkdir(deep)
open(os.path.join(deep, b'f'), 'w').write('1')`;
    const { path } = on.registry.workspaceFor(key);
    const around = readdirSync(join(path, '..')).sort();
    const result = await run(code, { on, key });
    assert.equal(result.status, 'ok', result.error?.value);
    const names = [
      'new\nline',
      'tab\t',
      'C:\\x',
      '\u202ertl',
      'a'.repeat(255),
      'é',
      'e\u0301',
      'CON',
      'A',
      'a',
      'trailing. ',
      '-rf',
      '.hidden',
      'years',
    ].sort();
    assert.deepEqual(readdirSync(path).sort(), names);
    assert.deepEqual(keptBy(result), names.map((name) => `/mnt/data/${name} created`).sort());
    assert.deepEqual(
      skippedBy(result),
      [
        '/mnt/data/bad-\\xff: its name is not valid UTF-8',
        `/mnt/data/${'d/'.repeat(150)}…: it lies too deep in folders`,
        '/mnt/data/folder-link: a symbolic link is not kept',
        '/mnt/data/giant: it is larger than 500 MB',
        `/mnt/data/hard: ${
          skippedBy(result)
            .find((line) => line.includes('/hard:'))
            ?.split(': ')[1] ?? ''
        }`,
        '/mnt/data/link: a symbolic link is not kept',
        '/mnt/data/pipe: a named pipe, socket or device is not kept',
      ].sort(),
    );
    assert.deepEqual(readdirSync(join(path, '..')).sort(), around);
    const again = await run('1', { on, key });
    assert.deepEqual([again.files, again.skipped], [[], []], 'told once');
  });

  it('limits are obeyed and said, and what they left comes when it is asked for', async () => {
    const transfer = { fileBytes: 1000, files: 3, totalBytes: 2500 };
    await withInterpreter({ settings: { reach: 'channel', transfer } }, async (limited) => {
      const code = `for name, size in [('a', 1000), ('b', 1001), ('c', 1000), ('d', 1000), ('e', 1), ('f', 1)]: open(name, 'wb').write(name.encode() * size)`;
      const key = newMessage(limited);
      const result = await run(code, { on: limited, key });
      assert.deepEqual(keptBy(result), ['/mnt/data/a created', '/mnt/data/c created', '/mnt/data/e created']);
      assert.deepEqual(
        result.skipped.map(({ can_be_fetched }) => can_be_fetched),
        [true, true, true],
      );
      const fetched = await limited.fetchLeft(key);
      assert.deepEqual(fetched.files.map(({ path }) => path).sort(), ['/mnt/data/b', '/mnt/data/d', '/mnt/data/f']);
      assert.deepEqual([fetched.skipped, limited.registry.listChatFiles('tester', key.chatId).total_files], [[], 6]);
      const next = await run('1', { on: limited, key });
      assert.deepEqual([next.files, next.skipped], [[], []]);
    });
  });

  it('41: five thousand empty files: as many as the limit allows come, the others are counted and stay', async () => {
    const transfer = { fileBytes: 1e6, files: 200, totalBytes: 1e6 };
    await withInterpreter({ settings: { reach: 'channel', transfer } }, async (limited) => {
      const code = "import os\nos.mkdir('many')\nfor n in range(5_000): open(f'many/{n}', 'w').close()";
      const result = await run(code, { on: limited, key: newMessage(limited) });
      assert.deepEqual([result.status, result.files.length, result.skipped.length], ['ok', 200, 501]);
      assert.equal(result.skipped.at(-1)?.reason, '4300 more files stayed with the kernel');
      assert.ok(result.skipped.every(({ can_be_fetched }) => can_be_fetched));
    });
  });

  it('53: an archive is a file like any other: nothing of it is unpacked', async () => {
    const key = newMessage(on);
    const code = `import hashlib, io, tarfile, zipfile
with zipfile.ZipFile('a.zip', 'w') as made:
    made.writestr('../evil', 'x'); made.writestr('inside', 'x')
with tarfile.open('a.tar.gz', 'w:gz') as made:
    link = tarfile.TarInfo('link'); link.type = tarfile.SYMTYPE; link.linkname = '/etc/passwd'; made.addfile(link)
print(*(hashlib.sha256(open(name, 'rb').read()).hexdigest() for name in ('a.tar.gz', 'a.zip')))`;
    const result = await run(code, { on, key });
    const { path } = on.registry.workspaceFor(key);
    assert.deepEqual(readdirSync(path).sort(), ['a.tar.gz', 'a.zip']);
    assert.deepEqual(
      result.files.map(({ name, sha256 }) => `${name} ${sha256}`).sort(),
      result.stdout
        .trim()
        .split(' ')
        .map((sha256, index) => `${['a.tar.gz', 'a.zip'][index]} ${sha256}`),
    );
    assert.ok(!readdirSync(join(path, '..')).includes('evil'));
  });

  it('fetching can be stopped, what did not come is said, and comes with the next run', async () => {
    const key = newMessage(on);
    const stop = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.kind === 'phase' && event.phase === 'collect') {
        stop.abort();
      }
    };
    const result = await run(writeFirst, { on, key, stopFetching: stop.signal, onEvent });
    assert.deepEqual(result.files, []);
    assert.match(skippedBy(result).join(), /stopped/);
    const next = await run('1', { on, key });
    assert.deepEqual(keptBy(next), ['/mnt/data/kept.csv created']);
  });
});
