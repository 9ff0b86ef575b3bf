// Files through the kernel connection, on a real gateway. The numbers are those of the list of faults that a transfer has to stand.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isCoded } from '../../src/core/errors.ts';
import { frameBytes } from '../../src/core/kernel/transfer/batches.ts';
import type { TransferProgress } from '../../src/core/kernel/transfer/types.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { contentIn, openScene, sha256Of, toPull, toPush, type TransferScene } from '../support/transfers.ts';
import { skipBecause } from '../support/skipping.ts';

const mebi = 1 << 20;

describe('files through the kernel connection', () => {
  let scene: TransferScene;
  let source: string;

  before(async () => {
    scene = await openScene(await testGateway());
    source = await temporaryFolder('source');
  });

  after(async () => {
    await scene.dispose();
  });

  beforeEach(async () => {
    await scene.transfer.clear();
  });

  it('travel in binary frames on a stock gateway', () => {
    assert.equal(scene.transfer.frames, 'binary');
  });

  it('35: arrive byte for byte in both directions, whatever their size', async () => {
    const sizes = [
      0,
      1,
      mebi - 1,
      mebi,
      mebi + 1,
      frameBytes / 2,
      frameBytes,
      frameBytes + 1,
      10 * mebi - 1,
      10 * mebi + 1,
    ];
    const contents = sizes.map((size) => randomBytes(size));
    const files = contents.map((content, index) => toPush(source, `sizes/${index}.bin`, content));
    assert.deepEqual(
      await scene.transfer.push(files),
      files.map(() => ({ status: 'pushed' })),
    );
    for (const [index, content] of contents.entries()) {
      assert.equal(sha256Of(await contentIn(scene, `sizes/${index}.bin`)), sha256Of(content), `size ${sizes[index]}`);
    }
    const pulls = files.map(({ path, size }) => toPull(path, size));
    const outcomes = await scene.transfer.pull(pulls);
    for (const [index, content] of contents.entries()) {
      assert.deepEqual(outcomes[index], {
        status: 'pulled',
        size: content.length,
        sha256: sha256Of(content),
        mtimeNs: files[index]?.mtimeNs,
      });
      assert.equal(sha256Of(pulls[index]?.content() ?? Buffer.alloc(0)), sha256Of(content));
    }
  });

  it('are pushed only where the kernel does not have them', async () => {
    const files = [toPush(source, 'a.bin'), toPush(source, 'b.bin', randomBytes(5 * mebi))];
    await scene.transfer.push(files);
    assert.deepEqual(await scene.transfer.push(files), [{ status: 'present' }, { status: 'present' }]);
    writeFileSync(join(scene.folder, 'a.bin'), 'another');
    assert.deepEqual(await scene.transfer.push(files), [{ status: 'pushed' }, { status: 'present' }]);
  });

  it('are listed with their kinds, sizes, times and hashes, and no half file among them', async () => {
    const file = toPush(source, 'folder/a.txt', Buffer.from('content'));
    await scene.transfer.push([file]);
    symlinkSync('/etc/passwd', join(scene.folder, 'link'));
    execFileSync('mkfifo', [join(scene.folder, 'pipe')]);
    writeFileSync(join(scene.folder, '.code-interpreter-part-x'), 'half');
    const { entries, truncated } = await scene.transfer.list({ hashes: true, limit: 100 });
    assert.equal(truncated, false);
    assert.deepEqual(
      entries.map(({ rawPath, kind, sha256 }) => [Buffer.from(rawPath).toString(), kind, sha256]),
      [
        ['folder', 'directory', null],
        ['link', 'link', null],
        ['pipe', 'other', null],
        ['folder/a.txt', 'file', file.sha256],
      ],
    );
    assert.equal(entries[3]?.mtimeNs, file.mtimeNs);
    assert.equal(entries[3].size, 7);
  });

  it('are listed up to the limit, page by page', async () => {
    mkdirSync(join(scene.folder, 'many'));
    for (let index = 0; index < 4_100; index++) {
      writeFileSync(join(scene.folder, 'many', String(index)), '');
    }
    const all = await scene.transfer.list({ hashes: false, limit: 10_000 });
    assert.deepEqual([all.entries.length, all.truncated], [4_101, false]);
    const some = await scene.transfer.list({ hashes: false, limit: 3_000 });
    assert.deepEqual([some.entries.length, some.truncated], [3_000, true]);
  });

  it('41: travel by the thousand, with folders of any depth', async () => {
    const deep = `${'d/'.repeat(200)}leaf`;
    const files = Array.from({ length: 1_000 }, (_, index) => toPush(source, `many/${index % 10}/${index}.bin`));
    const leaf = toPush(source, deep);
    const outcomes = await scene.transfer.push([...files, leaf]);
    assert.ok(outcomes.every(({ status }) => status === 'pushed'));
    const { entries } = await scene.transfer.list({ hashes: true, limit: 10_000 });
    const found = new Map(entries.map(({ rawPath, sha256 }) => [Buffer.from(rawPath).toString(), sha256]));
    for (const { path, sha256 } of [...files, leaf]) {
      assert.equal(found.get(path), sha256);
    }
    const pulls = files.map(({ path, size }) => toPull(path, size));
    const pulled = await scene.transfer.pull(pulls);
    assert.deepEqual(
      pulled.map((outcome) => (outcome.status === 'pulled' ? outcome.sha256 : outcome.reason.code)),
      files.map(({ sha256 }) => sha256),
    );
  });

  it('42: keep names of any bytes that a file can have', async () => {
    const names = [
      Buffer.from('line\nbreak'),
      Buffer.from('שלום‮.txt'),
      Buffer.from([0x66, 0xff, 0xfe]),
      Buffer.alloc(255, 0x61),
    ];
    for (const name of names) {
      writeFileSync(Buffer.concat([Buffer.from(`${scene.folder}/`), name]), 'x');
    }
    const { entries } = await scene.transfer.list({ hashes: false, limit: 100 });
    assert.deepEqual(
      entries.map(({ rawPath }) => Buffer.from(rawPath).toString('hex')).sort(),
      names.map((name) => name.toString('hex')).sort(),
    );
    const outcomes = await scene.transfer.pull(names.map((name) => toPull(name, 1)));
    assert.ok(outcomes.every(({ status }) => status === 'pulled'));
  });

  it('42: a name that the kernel can not have, and a folder in the way, stop no other file of their frame', async () => {
    mkdirSync(join(scene.folder, 'full'));
    writeFileSync(join(scene.folder, 'full', 'x'), '');
    mkdirSync(join(scene.folder, 'empty'));
    const plain = toPush(source, 'plain');
    const paths = ['before', 'n'.repeat(256), 'full', `${'d'.repeat(256)}/x`, 'empty', 'after'];
    const outcomes = await scene.transfer.push(paths.map((path) => ({ ...plain, path })));
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.reason.detail : outcome.status)),
      ['pushed', 'File name too long', 'Is a directory', 'File name too long', 'pushed', 'pushed'],
    );
    assert.deepEqual(readdirSync(scene.folder).sort(), ['after', 'before', 'empty', 'full']);
    assert.deepEqual(readdirSync(join(scene.folder, 'full')), ['x']);
  });

  it('42: are refused where a path leads out of the folder', async () => {
    for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a//b', '.', 'a\0b', '']) {
      const [pulled] = await scene.transfer.pull([toPull(path, 1)]);
      assert.equal(pulled?.status === 'failed' && pulled.reason.code, 'outside', path);
      const [pushed] = await scene.transfer.push([{ ...toPush(source, 'plain'), path }]);
      assert.equal(pushed?.status === 'failed' && pushed.reason.code, 'outside', path);
    }
  });

  it('48: links, pipes and devices are refused, and never waited for; a link on the way too', async () => {
    symlinkSync('/etc/passwd', join(scene.folder, 'link'));
    symlinkSync('/etc', join(scene.folder, 'etc'));
    execFileSync('mkfifo', [join(scene.folder, 'pipe')]);
    const outcomes = await scene.transfer.pull(
      ['link', 'etc/passwd', 'pipe', 'nothing'].map((path) => toPull(path, 9)),
    );
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.reason.code : outcome.status)),
      ['irregular', 'irregular', 'irregular', 'missing'],
    );
    const [pushed] = await scene.transfer.push([{ ...toPush(source, 'plain'), path: 'etc/code-interpreter-test' }]);
    assert.equal(pushed?.status === 'failed' && pushed.reason.code, 'irregular');
  });

  it('40: a file that is not what was announced has changed; the others arrive', async () => {
    writeFileSync(join(scene.folder, 'small'), 'abc');
    writeFileSync(join(scene.folder, 'large'), randomBytes(5 * mebi));
    const good = toPull('small', 3);
    const outcomes = await scene.transfer.pull([toPull('small', 2), toPull('large', 6 * mebi), good]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.reason.code : outcome.status)),
      ['changed', 'changed', 'pulled'],
    );
    assert.equal(good.content().toString(), 'abc');
  });

  it('40: a file that changes while it is read is never mixed', async () => {
    const path = join(scene.folder, 'growing');
    writeFileSync(path, randomBytes(9 * mebi));
    let writes = 0;
    const sink = {
      write: () => {
        writes++;
        truncateSync(path, 9 * mebi);
        return Promise.resolve();
      },
    };
    const [outcome] = await scene.transfer.pull([{ rawPath: Buffer.from('growing'), expectedSize: 9 * mebi, sink }]);
    assert.deepEqual(outcome, {
      status: 'failed',
      reason: { code: 'changed', detail: 'it changed while it was read' },
    });
    assert.equal(writes, 6);
  });

  it('40: a source that changes before it is sent is not sent', async () => {
    const small = toPush(source, 'small');
    const large = toPush(source, 'large', randomBytes(5 * mebi));
    writeFileSync(small.sourcePath, 'other');
    truncateSync(large.sourcePath, 4 * mebi);
    const outcomes = await scene.transfer.push([small, large]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'failed' && outcome.reason.code),
      ['changed', 'changed'],
    );
    assert.deepEqual(readdirSync(scene.folder), []);
  });

  it('39: a folder that can’t be written is named for its file, and the others arrive', async function denied() {
    if (process.getuid?.() === 0) {
      skipBecause(this, 'root can be refused no folder');
    }
    mkdirSync(join(scene.folder, 'closed'));
    chmodSync(join(scene.folder, 'closed'), 0o500);
    const outcomes = await scene.transfer.push([toPush(source, 'closed/a'), toPush(source, 'open')]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.reason.code : outcome.status)),
      ['denied', 'pushed'],
    );
  });

  it('43: a file for which there is no room is refused before its first byte', async () => {
    const [outcome] = await scene.transfer.push([
      { ...toPush(source, 'giant'), size: Number.MAX_SAFE_INTEGER, sha256: '0'.repeat(64) },
    ]);
    assert.equal(outcome?.status === 'failed' && outcome.reason.code, 'noSpace');
    assert.match(
      outcome?.status === 'failed' ? outcome.reason.detail : '',
      /^9007199254740991 bytes are needed, \d+ are free$/,
    );
    assert.deepEqual(readdirSync(scene.folder), []);
  });

  it('46: wait while the kernel is busy, say so, and are cancelled without a trace', async () => {
    const file = toPush(source, 'large', randomBytes(9 * mebi));
    const running = scene.kernel.run('import time; time.sleep(4)');
    const controller = new AbortController();
    const seen: TransferProgress[] = [];
    const pushing = scene.transfer.push([file], {
      signal: controller.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.waiting) {
          controller.abort();
        }
      },
    });
    await assert.rejects(pushing, (error) => isCoded(error, 'cancelled'));
    assert.ok(seen.some(({ waiting, bytes }) => waiting && bytes === 0));
    assert.equal(await running, '');
    await scene.transfer.list({ hashes: false, limit: 10 });
    assert.deepEqual(readdirSync(scene.folder), []);
  });

  it('47: a transfer that is cancelled in its midst leaves nothing on the kernel’s side', async () => {
    const file = toPush(source, 'large', randomBytes(40 * mebi));
    const controller = new AbortController();
    const pushing = scene.transfer.push([file], {
      signal: controller.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 0) {
          controller.abort();
        }
      },
    });
    await assert.rejects(pushing, (error) => isCoded(error, 'cancelled'));
    assert.deepEqual(readdirSync(scene.folder), []);
    assert.deepEqual(await scene.transfer.push([file]), [{ status: 'pushed' }]);
  });

  it('22: end with the kernel, and go on after a restart when they are opened anew', async () => {
    const own = await openScene(await testGateway());
    try {
      const running = own.kernel.run('import time; time.sleep(60)').catch(() => 'ended');
      const listing = own.transfer.list({ hashes: false, limit: 10 });
      const ended = assert.rejects(listing, (error) => isCoded(error, 'kernel.gone'));
      await own.kernel.session.restart(30_000);
      await ended;
      assert.equal(await running, 'ended');
    } finally {
      await own.dispose();
    }
  });

  it('are removed, with what is not there being no failure', async () => {
    await scene.transfer.push([toPush(source, 'a'), toPush(source, 'b/c')]);
    await scene.transfer.remove([Buffer.from('b/c'), Buffer.from('b'), Buffer.from('nothing')]);
    assert.deepEqual(readdirSync(scene.folder), ['a']);
    assert.equal(existsSync(join(scene.folder, 'a')) && statSync(join(scene.folder, 'a')).size, 100);
  });
});
