import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, symlinkSync, utimesSync, writeFileSync, type BigIntStats } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openInside } from '../../../src/core/workspace/regularFile.ts';
import { irregularReason } from '../../../src/core/workspace/irregular.ts';
import { parseSnapshot, takeSnapshot } from '../../../src/core/workspace/snapshot.ts';
import { testFolders, type TestFolders } from './folders.ts';

describe('A snapshot of a workspace', () => {
  let folders: TestFolders;
  let path: (name: string) => string;

  beforeEach(() => {
    folders = testFolders();
    path = (name) => join(folders.workspace, name);
  });
  afterEach(() => {
    folders[Symbol.dispose]();
  });

  it("has the same order whatever order the files were made in: a folder's files, then its folders", async () => {
    mkdirSync(path('b'));
    mkdirSync(path('a/z'), { recursive: true });
    for (const name of ['z', 'b/2', 'a/z/1', 'B', 'b/10', 'a/y', 'ä']) {
      writeFileSync(path(name), '');
    }
    const { entries } = await takeSnapshot(folders.workspace);
    assert.deepEqual(
      entries.map((entry) => entry.relativePath),
      ['B', 'z', 'ä', 'a/y', 'a/z/1', 'b/10', 'b/2'],
    );
  });

  it('sorts and counts a folder of many thousand files', async function () {
    this.timeout(30_000);
    const names = Array.from({ length: 5000 }, (_, index) => `file ${(index * 7919) % 5000}`);
    names.forEach((name) => {
      writeFileSync(path(name), '');
    });
    const { entries } = await takeSnapshot(folders.workspace);
    assert.deepEqual(
      entries.map((entry) => entry.relativePath),
      names.sort(),
    );
  });

  it("names links, pipes, sockets and devices with their kind, follows none and does not wait for a pipe's writer", async () => {
    symlinkSync('/etc/passwd', path('link'));
    symlinkSync('/etc', path('folder link'));
    symlinkSync('nowhere', path('dangling'));
    symlinkSync('.', path('loop'));
    symlinkSync('/proc/self/mem', path('memory'));
    execFileSync('mkfifo', [path('pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path('socket'), resolve));
    try {
      const { entries, irregular } = await takeSnapshot(folders.workspace);
      assert.deepEqual(entries, []);
      assert.deepEqual(
        irregular.map((entry) => `${entry.path}: ${entry.reason}`),
        [
          'dangling: symlink',
          'folder link: symlink',
          'link: symlink',
          'loop: symlink',
          'memory: symlink',
          'pipe: fifo',
          'socket: socket',
        ],
      );
      await assert.rejects(openInside(folders.workspace, 'pipe'), { code: 'ENOTREGULAR' });
      await assert.rejects(openInside(folders.workspace, 'link'), { code: 'ENOTREGULAR' });
      await assert.rejects(openInside(folders.workspace, 'folder link/passwd'), { code: 'ENOTDIR' });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('names a name that is not UTF-8 by its bytes, and takes a real replacement character for what it is', async () => {
    for (const byte of [0xff, 0xfe]) {
      writeFileSync(Buffer.concat([Buffer.from(path('bad')), Buffer.of(byte)]), '');
    }
    writeFileSync(path('good\uFFFD'), '');
    const { entries, irregular } = await takeSnapshot(folders.workspace);
    assert.deepEqual(
      entries.map((entry) => entry.relativePath),
      ['good\uFFFD'],
    );
    assert.deepEqual(new Set(irregular.map((entry) => entry.path)), new Set(['bad\\xff', 'bad\\xfe']));
    assert.ok(irregular.every((entry) => entry.reason === 'invalidName'));
  });

  it("tells an unreadable file of one's own by its mode, and a device by its kind", () => {
    writeFileSync(path('closed'), '');
    const status = lstatSync(path('closed'), { bigint: true });
    const closed = (uid: number): BigIntStats =>
      Object.assign(Object.create(status) as BigIntStats, { mode: 0o100000n, uid: BigInt(uid) });
    assert.equal(irregularReason(closed(1000), 1000), 'unreadable');
    assert.equal(irregularReason(closed(1000), 0), undefined);
    assert.equal(irregularReason(status, Number(status.uid)), undefined);
    assert.equal(irregularReason(lstatSync('/dev/null', { bigint: true }), 0), 'device');
  });

  it('leaves out what lies deeper than the limit, and says so', async () => {
    mkdirSync(path('1/2/3'), { recursive: true });
    writeFileSync(path('1/2/in.txt'), '');
    writeFileSync(path('1/2/3/out.txt'), '');
    const { entries, irregular, truncated } = await takeSnapshot(folders.workspace, { limits: { maxDepth: 2 } });
    assert.deepEqual(
      entries.map((entry) => entry.relativePath),
      ['1/2/in.txt'],
    );
    assert.deepEqual(irregular, [{ path: '1/2/3', reason: 'tooDeep' }]);
    assert.equal(truncated, true);
  });

  it('leaves out what is more than the limit, and says where it stopped', async () => {
    for (const name of ['a', 'b', 'c']) {
      writeFileSync(path(name), '');
    }
    mkdirSync(path('d'));
    writeFileSync(path('d/e'), '');
    const { entries, irregular, truncated } = await takeSnapshot(folders.workspace, { limits: { maxFiles: 2 } });
    assert.deepEqual(
      entries.map((entry) => entry.relativePath),
      ['a', 'b'],
    );
    assert.deepEqual(irregular, [{ path: 'c', reason: 'tooMany' }]);
    assert.equal(truncated, true);
  });

  it('reads what was written a moment ago, so that a second write at once is found', async () => {
    writeFileSync(path('new'), 'x');
    writeFileSync(path('large'), 'x'.repeat(1024 * 1024 + 1));
    const hash = createHash('sha256').update('x').digest('hex');
    const { entries } = await takeSnapshot(folders.workspace, { hashRecent: true });
    assert.deepEqual(
      entries.map((entry) => entry.sha256),
      [undefined, hash],
    );
  });

  it('changes nothing in the workspace that code could see, but the ctime of its folder', async () => {
    writeFileSync(path('a'), '');
    utimesSync(folders.workspace, 1, 2);
    const before = lstatSync(folders.workspace);
    await takeSnapshot(folders.workspace, { hashRecent: true });
    const after = lstatSync(folders.workspace);
    assert.deepEqual([after.mtimeMs, after.mode], [before.mtimeMs, before.mode]);
  });

  it('a cancelled snapshot ends with its code', async () => {
    await assert.rejects(takeSnapshot(folders.workspace, { signal: AbortSignal.abort() }), { code: 'cancelled' });
  });

  it('is not read from a damaged or foreign text', () => {
    for (const text of ['', '{', '{}', 'null', '{"version":2}', '{"version":1,"entries":[["a"]]}']) {
      assert.equal(parseSnapshot(text), undefined);
    }
  });

  it('holds no descriptor when it ends', async () => {
    mkdirSync(path('1/2/3/4/5'), { recursive: true });
    const open = (): number =>
      Number(execFileSync('sh', ['-c', `ls /proc/${process.pid}/fd | wc -l`], { encoding: 'utf8' }));
    await takeSnapshot(folders.workspace);
    const before = open();
    for (let round = 0; round < 20; round += 1) {
      await takeSnapshot(folders.workspace, { limits: { maxDepth: round % 6 } });
    }
    // Fewer is fine: earlier tests' descriptors may be closed meanwhile.
    assert.ok(open() <= before, `${open()} descriptors after, ${before} before`);
  });
});
