// Kernels of the embedded gateway whose /mnt/data is mounted: what is true in them, and what they can't reach.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { deferred } from '../../src/core/async.ts';
import { startEmbeddedGateway, stopEmbeddedGateway } from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { temporaryDataFolder, testGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { startKernel, withKernel, type TestKernel } from '../support/kernels.ts';
import { cacheFolder } from '../support/places.ts';
import { needsMounts } from '../support/skipping.ts';
import { allProcesses, argumentsOf, eventually } from '../support/processes.ts';

/** A Python literal. */
const literal = (value: unknown): string => JSON.stringify(value);

/** The processes, other than this one, that have a text in their arguments. */
const commandsWith = (text: string): number[] =>
  allProcesses().filter((pid) => pid !== process.pid && argumentsOf(pid).some((argument) => argument.includes(text)));

describe('a kernel with a mounted /mnt/data', () => {
  let shared: TestGateway;
  let kernel: TestKernel;

  before('start a kernel', async function start() {
    shared = await testGateway();
    await needsMounts(this);
    kernel = await startKernel(shared);
  });

  after('remove it', async () => {
    await (kernel as TestKernel | undefined)?.dispose();
  });

  it('says /mnt/data in Python, in children, in SQLite and in C', async () => {
    const output = await kernel.run(`
import ctypes, os, pathlib, sqlite3, subprocess
print(os.getcwd(), os.environ['PWD'], os.path.realpath('.'), pathlib.Path('/mnt') / 'data')
print(subprocess.check_output(['pwd', '-P'], text=True).strip(), subprocess.getoutput('ls -d /mnt/data'))
database = sqlite3.connect('/mnt/data/a.sqlite')
database.execute('create table t (x)')
database.execute("attach '/mnt/data/b.sqlite' as b")
database.execute('create table b.t (x)')
print([row[2] for row in database.execute('pragma database_list')])
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = [ctypes.c_void_p]
libc.fclose(libc.fopen(b'/mnt/data/c.txt', b'w'))
open('relative.txt', 'w').write('x')
def fail(): open('/mnt/data/missing.txt')
try: fail()
except FileNotFoundError as error: print(error.filename)
`);
    assert.deepEqual(output.split('\n'), [
      '/mnt/data /mnt/data /mnt/data /mnt/data',
      '/mnt/data /mnt/data',
      "['/mnt/data/a.sqlite', '/mnt/data/b.sqlite']",
      '/mnt/data/missing.txt',
    ]);
    assert.deepEqual(readdirSync(kernel.workspace).sort(), ['a.sqlite', 'b.sqlite', 'c.txt', 'relative.txt']);
  });

  it('has PATH, HOME and its language, and nothing that names the real folders', async () => {
    const output = await kernel.run('import os, json; print(json.dumps(dict(os.environ)))');
    const environment = JSON.parse(output) as Record<string, string>;
    assert.equal(environment['HOME'], process.env['HOME']);
    assert.equal(environment['PATH'], process.env['PATH']);
    assert.ok(!output.includes(shared.data.root));
    assert.ok(!output.includes(shared.connection.token ?? 'a token'));
  });

  it("sees nothing of the data folder, of another message or of another kernel's connection file", async () => {
    await withKernel(shared, async (other) => {
      writeFileSync(join(other.workspace, 'secret.txt'), 'secret');
      const output = await kernel.run(`
import os
seen = [os.path.join(folder, name) for folder, _, names in os.walk(${literal(shared.data.root)}) for name in names]
names = [os.path.basename(name) for name in seen]
print([name for name in names if not name.startswith('k-')], len(names), os.path.exists(${literal(other.workspace)}))
`);
      // Its five sockets, too: those of its own folder.
      assert.equal(output, `['kernel-${kernel.id}.json'] 6 False`);
    });
  });

  it('sees its own processes only, and reaches no other one', async () => {
    const output = await kernel.run(`
import os
pids = sorted(int(name) for name in os.listdir('/proc') if name.isdigit())
print(len(pids), os.getpid() in pids, [open(f'/proc/{pid}/comm').read().strip() for pid in pids][0])
def tried(work):
    try: return work()
    except OSError as error: return type(error).__name__
print(tried(lambda: os.kill(${shared.gateway.pid}, 0)), tried(lambda: os.listdir('/proc/1/root/')), tried(lambda: open('/proc/1/environ').read()))
`);
    assert.deepEqual(output.split('\n'), ['2 True sh', 'ProcessLookupError PermissionError PermissionError']);
  });

  it('can unmount nothing of what hides the others', async () => {
    const output = await kernel.run(`
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for path in ['/mnt/data', '/mnt', '/proc', '/tmp', ${literal(shared.data.root)}]:
    for flags in (0, 1, 2, 8):
        if libc.umount2(path.encode(), flags) == 0: print('unmounted', path, flags)
print(os.path.exists(${literal(shared.data.uploads)}), os.getcwd())
`);
    assert.equal(output, 'False /mnt/data');
  });

  it('keeps the other entries of /mnt', async () => {
    const output = await kernel.run("import os, json; print(json.dumps(sorted(set(os.listdir('/mnt')) - {'data'})))");
    assert.deepEqual(
      JSON.parse(output),
      readdirSync('/mnt')
        .filter((name) => name !== 'data')
        .sort(),
    );
  });

  it('is interrupted in Python, in a child and in C, and goes on', async () => {
    for (const code of [
      'import time; time.sleep(60)',
      'while True: pass',
      "import subprocess; subprocess.run(['sleep', '60'])",
    ]) {
      const started = deferred<undefined>();
      const running = kernel.run(`print('started', flush=True)\n${code}`, () => {
        started.resolve(undefined);
      });
      await started.promise;
      await kernel.session.interrupt();
      assert.match(await running, /^started\s*KeyboardInterrupt/);
    }
    assert.equal(await kernel.run('print(1 + 1)'), '2');
  });

  it('comes back from a restart in the same workspace, without its variables', async () => {
    await kernel.run("kept = 1; open('kept.txt', 'w').write('kept')");
    assert.ok(await kernel.session.restart(60_000));
    assert.equal(
      await kernel.run("import os; print(os.getcwd(), 'kept' in globals(), open('kept.txt').read())"),
      '/mnt/data False kept',
    );
  });

  it('answers after each of three restarts in quick succession', async () => {
    await withKernel(shared, async (own) => {
      for (let restart = 1; restart <= 3; restart++) {
        assert.ok(await own.session.restart(60_000), `restart ${restart}`);
        assert.equal(await own.run('print(6 * 7)'), '42');
      }
    });
  });

  it('is noticed when it ends itself, with what it leaves behind', async () => {
    await withKernel(shared, async (own) => {
      const mark = `leftover-${own.id}`;
      await own.run(
        `import subprocess; subprocess.Popen(['sh', '-c', 'sleep 300; : ${mark}'], start_new_session=True)`,
      );
      assert.equal(commandsWith(mark).length, 1);
      await assert.rejects(own.run('import os; os.kill(os.getpid(), 9)'));
      await eventually('what it started has ended', () => commandsWith(mark).length === 0);
    });
  });

  it('ends with all that it started when its gateway is killed', async () => {
    const data = await temporaryDataFolder();
    const gateway = await startEmbeddedGateway(data, { consent: true, cacheFolder });
    try {
      const own = await startKernel({ connection: gateway.connection, data });
      const mark = `orphan-${own.id}`;
      await own.run(
        `import subprocess; subprocess.Popen(['sh', '-c', 'sleep 300; : ${mark}'], start_new_session=True)`,
      );
      assert.ok(commandsWith(own.id).length >= 4);
      process.kill(gateway.pid, 'SIGKILL');
      await eventually('nothing of the kernel is left', () => commandsWith(own.id).length === 0);
      own.session.dispose();
    } finally {
      await stopEmbeddedGateway(data);
    }
  });
});
