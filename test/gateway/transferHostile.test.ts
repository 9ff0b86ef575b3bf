// A folder on the kernel's machine that a program exchanges for links, and fills with what no transfer should touch.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testGateway } from '../support/embeddedGateway.ts';
import { removeHomeOf, temporaryFolder } from '../support/places.ts';
import { contentIn, openScene, toPull, toPush, type TransferScene } from '../support/transfers.ts';

const soak = Number(process.env['CODE_INTERPRETER_TEST_SOAK'] ?? '1');
/** A folder is exchanged in a fraction of the time. */
const exchanges = { file: 3_000 * soak, folder: 10_000 * soak };
const swapper = fileURLToPath(new URL('../unit/workspace/swapper.mjs', import.meta.url));

describe('a hostile folder on the machine of the kernel', () => {
  let scene: TransferScene;
  let source: string;
  let outside: string;

  before(async () => {
    scene = await openScene(await testGateway());
    source = await temporaryFolder('source');
    outside = await temporaryFolder('outside');
    writeFileSync(join(outside, 'secret'), 'SECRET');
    writeFileSync(join(outside, 'out'), 'SECRET');
  });

  after(async () => {
    removeHomeOf(aside());
    await scene.dispose();
  });

  /** Something in the folder that the program works in. */
  const aside = (): string => join(`${scene.folder}-aside`, 'any');

  /** Repeats `act` while a program exchanges a file or a folder for links to what lies outside. */
  const during = async (what: 'file' | 'folder', act: () => Promise<void>): Promise<number> => {
    removeHomeOf(aside());
    mkdirSync(join(scene.folder, 'sub'), { recursive: true });
    writeFileSync(join(scene.folder, 'out'), 'inside');
    writeFileSync(join(scene.folder, 'sub', 'out'), 'inside');
    const child = spawn(process.execPath, [swapper, what, scene.folder, outside, String(exchanges[what])], {
      stdio: 'inherit',
    });
    const exit = once(child, 'exit');
    let times = 0;
    while (child.exitCode === null && child.signalCode === null) {
      await act();
      times++;
    }
    assert.deepEqual(await exit, [0, null]);
    assert.deepEqual(readdirSync(outside).sort(), ['out', 'secret']);
    assert.deepEqual(
      [readFileSync(join(outside, 'secret'), 'utf8'), readFileSync(join(outside, 'out'), 'utf8')],
      ['SECRET', 'SECRET'],
    );
    return times;
  };

  it(`49: ${exchanges.file} exchanges of a file for a link: what is pulled and hashed is what lies in the folder, or nothing`, async () => {
    let pulled = 0;
    const times = await during('file', async () => {
      const file = toPull('out', 6);
      const [outcome] = await scene.transfer.pull([file]);
      if (outcome?.status === 'pulled') {
        pulled++;
        assert.equal(file.content().toString(), 'inside');
      } else {
        assert.ok(
          ['changed', 'irregular', 'missing', 'corrupt'].includes(outcome?.reason.code ?? ''),
          outcome?.reason.code,
        );
      }
    });
    assert.ok(pulled > 0, `${pulled} of ${times} times it came`);
  });

  it(`49: ${exchanges.folder} exchanges of a folder for a link: nothing is read or written outside`, async () => {
    const file = toPush(source, 'new', Buffer.from('pushed'));
    const times = await during('folder', async () => {
      const read = toPull('sub/out', 6);
      await scene.transfer.pull([read]);
      assert.notEqual(read.content().toString(), 'SECRET');
      await scene.transfer.push([{ ...file, path: 'sub/new' }]);
      await scene.transfer.remove([Buffer.from('sub/secret')]);
    });
    assert.ok(times > 1);
  });

  it('48: giants of any size are told, and are not read', async () => {
    const giants: string[] = [];
    for (const size of [4 * 2 ** 30, 2 ** 43, 2 ** 53 - 1, 2 ** 62]) {
      const path = join(scene.folder, `giant-${size}`);
      try {
        writeFileSync(path, '');
        truncateSync(path, size);
        giants.push(`giant-${size}`);
      } catch {
        // This disk can't have one of that size.
        rmSync(path);
      }
    }
    const { entries } = await scene.transfer.list({ hashes: true, limit: 100, hashLimit: 1e6 });
    const told = entries.filter(({ size }) => size >= 2 ** 32);
    assert.deepEqual(
      told.map(({ rawPath, sha256 }) => [Buffer.from(rawPath).toString(), sha256]).sort(),
      giants.sort().map((name) => [name, null]),
    );
    giants.forEach((name) => {
      rmSync(join(scene.folder, name));
    });
  });

  it('42: names of every kind are there and back again exactly, and none leads out', async () => {
    const names = [
      'new\nline',
      'tab\t',
      '\u202ertl',
      'a'.repeat(255),
      'é',
      'e\u0301',
      'CON',
      'NUL.txt',
      'COM1',
      'A',
      'a',
      'trailing. ',
      'a:b',
      'C:\\x',
      '\\\\srv\\x',
      '-rf',
      '.hidden',
      '\u0001',
      ' ',
      '~',
      '$HOME',
      '%TEMP%',
      'q\'u"o`te',
    ];
    const files = names.map((name, index) => ({
      ...toPush(source, `name-${index}`, Buffer.from(name)),
      path: `names/${name}`,
    }));
    const pushed = await scene.transfer.push(files);
    assert.ok(pushed.every(({ status }) => status === 'pushed'));
    const { entries } = await scene.transfer.list({ hashes: false, limit: 1_000 });
    const there = entries
      .map(({ rawPath }) => Buffer.from(rawPath).toString())
      .filter((path) => path.startsWith('names/'));
    assert.deepEqual(there.sort(), files.map(({ path }) => path).sort());
    const pulls = files.map(({ path, size }) => toPull(path, size));
    const pulled = await scene.transfer.pull(pulls);
    assert.ok(pulled.every(({ status }) => status === 'pulled'));
    assert.deepEqual(
      pulls.map((pull) => pull.content().toString()),
      names,
    );
    assert.equal((await contentIn(scene, 'names/CON')).toString(), 'CON');
    assert.ok(!existsSync(join(scene.folder, '..', 'x')));
  });
});
