import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { compareSnapshots, type CompareOptions } from '../../../src/core/workspace/difference.ts';
import { parseSnapshot, serializeSnapshot, takeSnapshot, type Snapshot } from '../../../src/core/workspace/snapshot.ts';
import { testFolders, type TestFolders } from './folders.ts';

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

interface Told {
  created: string[];
  modified: string[];
  deleted: string[];
  touched: string[];
  irregular: string[];
}

const nothing: Told = { created: [], modified: [], deleted: [], touched: [], irregular: [] };

const told = async (
  folders: TestFolders,
  before: Snapshot,
  options: Omit<CompareOptions, 'root'> = {},
): Promise<Told> => {
  const after = await takeSnapshot(folders.workspace);
  const difference = await compareSnapshots(before, after, { root: folders.workspace, ...options });
  const paths = (entries: readonly { relativePath: string }[]): string[] => entries.map((entry) => entry.relativePath);
  return {
    created: paths(difference.created),
    modified: paths(difference.modified),
    deleted: paths(difference.deleted),
    touched: paths(difference.unchangedButTouched),
    irregular: difference.irregular.map(({ path, reason }) => `${path}: ${reason}`),
  };
};

describe('What a run did to its workspace', () => {
  let folders: TestFolders;
  let path: (name: string) => string;

  beforeEach(() => {
    folders = testFolders();
    path = (name) => join(folders.workspace, name);
  });
  afterEach(() => {
    folders[Symbol.dispose]();
  });

  it('nothing happened: nothing is told', async () => {
    writeFileSync(path('input.csv'), 'a,b');
    const before = await takeSnapshot(folders.workspace);
    assert.deepEqual(await told(folders, before), nothing);
  });

  it('an input that is only read stays unchanged', async () => {
    writeFileSync(path('input.csv'), 'a,b');
    const before = await takeSnapshot(folders.workspace);
    copyFileSync(path('input.csv'), path('copy.csv'));
    assert.deepEqual(await told(folders, before), { ...nothing, created: ['copy.csv'] });
  });

  it('created, modified and deleted files are told apart, in subfolders too', async () => {
    mkdirSync(path('a/b'), { recursive: true });
    writeFileSync(path('a/b/kept.txt'), '1');
    writeFileSync(path('a/changed.txt'), '1');
    writeFileSync(path('gone.txt'), '1');
    const before = await takeSnapshot(folders.workspace);
    mkdirSync(path('new/deep'), { recursive: true });
    writeFileSync(path('new/deep/made.txt'), '');
    writeFileSync(path('a/changed.txt'), '22');
    rmSync(path('gone.txt'));
    assert.deepEqual(await told(folders, before), {
      ...nothing,
      created: ['new/deep/made.txt'],
      modified: ['a/changed.txt'],
      deleted: ['gone.txt'],
    });
  });

  it('the same size with the modification time set back is modified', async () => {
    writeFileSync(path('data.bin'), 'before');
    const time = new Date(2020, 1, 1);
    utimesSync(path('data.bin'), time, time);
    const before = await takeSnapshot(folders.workspace);
    writeFileSync(path('data.bin'), 'behind');
    utimesSync(path('data.bin'), time, time);
    assert.deepEqual(await told(folders, before, { knownHashes: new Map([['data.bin', sha256('before')]]) }), {
      ...nothing,
      modified: ['data.bin'],
    });
  });

  it('the same size with the modification time set back is modified when nothing was known, by its ctime alone', async () => {
    const time = new Date(2020, 1, 1);
    writeFileSync(path('data.bin'), 'before');
    utimesSync(path('data.bin'), time, time);
    const before = await takeSnapshot(folders.workspace);
    const { ctimeNs } = lstatSync(path('data.bin'), { bigint: true });
    do {
      writeFileSync(path('data.bin'), 'behind');
      utimesSync(path('data.bin'), time, time);
    } while (lstatSync(path('data.bin'), { bigint: true }).ctimeNs === ctimeNs);
    assert.deepEqual(await told(folders, before), { ...nothing, modified: ['data.bin'] });
  });

  it('the same size, time and place, written within the step of the clock, is modified when the content was known', async () => {
    writeFileSync(path('data.bin'), 'before');
    const before = await takeSnapshot(folders.workspace);
    writeFileSync(path('data.bin'), 'behind');
    const after = await takeSnapshot(folders.workspace);
    // As on a file system that counts whole seconds, or when both writes fall into one tick: no stamp tells them apart.
    const entry = after.entries[0];
    assert.ok(entry);
    const blind: Snapshot = { ...before, entries: [entry], clockNs: entry.ctimeNs };
    const knownHashes = new Map([['data.bin', sha256('before')]]);
    const difference = await compareSnapshots(blind, after, { root: folders.workspace, knownHashes });
    assert.deepEqual(
      difference.modified.map(({ relativePath, sha256: hash }) => [relativePath, hash]),
      [['data.bin', sha256('behind')]],
    );
  });

  it("a clock that is five minutes off makes no difference: only the file system's own is looked at", async () => {
    writeFileSync(path('input.csv'), 'a');
    const before = await takeSnapshot(folders.workspace);
    const future = new Date(Date.now() + 300_000);
    writeFileSync(path('made.csv'), 'b');
    utimesSync(path('made.csv'), future, future);
    assert.deepEqual(await told(folders, before), { ...nothing, created: ['made.csv'] });
  });

  it('a rewrite with the same bytes is not modified where the content was known', async () => {
    writeFileSync(path('input.csv'), 'a,b');
    const before = await takeSnapshot(folders.workspace);
    writeFileSync(path('input.csv'), 'a,b');
    utimesSync(path('input.csv'), new Date(), new Date());
    const knownHashes = new Map([['input.csv', sha256('a,b')]]);
    assert.deepEqual(await told(folders, before, { knownHashes }), { ...nothing, touched: ['input.csv'] });
    assert.deepEqual(await told(folders, before), { ...nothing, modified: ['input.csv'] });
  });

  it('a file that is removed and written again with the same bytes is not modified', async () => {
    writeFileSync(path('input.csv'), 'a,b');
    const before = await takeSnapshot(folders.workspace);
    rmSync(path('input.csv'));
    writeFileSync(path('other'), '');
    writeFileSync(path('input.csv'), 'a,b');
    const knownHashes = new Map([['input.csv', sha256('a,b')]]);
    assert.deepEqual(await told(folders, before, { knownHashes }), {
      ...nothing,
      created: ['other'],
      touched: ['input.csv'],
    });
  });

  it('a file replaced by another through a rename is modified, and the other one deleted', async () => {
    writeFileSync(path('report.txt'), 'old');
    writeFileSync(path('next.txt'), 'new');
    const before = await takeSnapshot(folders.workspace);
    renameSync(path('next.txt'), path('report.txt'));
    assert.deepEqual(await told(folders, before), {
      ...nothing,
      modified: ['report.txt'],
      deleted: ['next.txt'],
    });
  });

  it('a change of mode alone is no change of content', async () => {
    writeFileSync(path('run.sh'), 'echo');
    const before = await takeSnapshot(folders.workspace);
    chmodSync(path('run.sh'), 0o755);
    const knownHashes = new Map([['run.sh', sha256('echo')]]);
    assert.deepEqual(await told(folders, before, { knownHashes }), { ...nothing, touched: ['run.sh'] });
  });

  it('a log that grows and a file that shrinks are modified without being read', async () => {
    writeFileSync(path('run.log'), 'one\n');
    writeFileSync(path('big.bin'), 'x'.repeat(100));
    const before = await takeSnapshot(folders.workspace);
    appendFileSync(path('run.log'), 'two\n');
    truncateSync(path('big.bin'), 50);
    const hash = (): Promise<string> => Promise.reject(new Error('read for nothing'));
    const knownHashes = new Map([
      ['run.log', sha256('one\n')],
      ['big.bin', sha256('x'.repeat(100))],
    ]);
    assert.deepEqual(await told(folders, before, { hash, knownHashes }), {
      ...nothing,
      modified: ['big.bin', 'run.log'],
    });
  });

  it('a file that can not be read any more counts as modified', async () => {
    writeFileSync(path('a'), '1');
    const before = await takeSnapshot(folders.workspace);
    writeFileSync(path('a'), '1');
    utimesSync(path('a'), 1, 1);
    const options = { knownHashes: new Map([['a', sha256('1')]]), hash: () => Promise.resolve(undefined) };
    assert.deepEqual(await told(folders, before, options), { ...nothing, modified: ['a'] });
  });

  it('an empty file, a sparse file and three hundred files are created', async () => {
    const before = await takeSnapshot(folders.workspace);
    writeFileSync(path('empty'), '');
    writeFileSync(path('sparse'), '');
    truncateSync(path('sparse'), 4 * 1024 ** 3);
    for (let number = 0; number < 300; number += 1) {
      writeFileSync(path(`file ${number}`), '');
    }
    const { created } = await told(folders, before);
    assert.equal(created.length, 302);
    const after = await takeSnapshot(folders.workspace);
    assert.equal(after.entries.find((entry) => entry.relativePath === 'sparse')?.size, 4 * 1024 ** 3);
  });

  it('odd names are found and spelled exactly: unicode forms, case twins, newlines, quotes, dots', async () => {
    const before = await takeSnapshot(folders.workspace);
    const names = [
      'Übersicht_2026 (1).xlsx',
      'cafe\u0301.csv',
      'café.csv',
      '🎉.png',
      'A.txt',
      'a.txt',
      'line\nbreak',
      'quote\'s "q"',
      'back\\slash',
      '.hidden',
      '...',
      'trailing ',
      '\u202Ecod.exe',
      '\uFFFD.txt',
      'x'.repeat(255),
      'toString',
      '__proto__',
    ];
    for (const name of names) {
      writeFileSync(path(name), name);
    }
    const { created, irregular } = await told(folders, before);
    assert.deepEqual(new Set(created), new Set(names));
    assert.deepEqual(irregular, []);
  });

  it('a file that becomes a link or a folder is told as deleted, and the link by name', async () => {
    writeFileSync(path('a'), '1');
    writeFileSync(path('b'), '1');
    const before = await takeSnapshot(folders.workspace);
    rmSync(path('a'));
    symlinkSync('/etc/passwd', path('a'));
    lutimesSync(path('a'), 1, 1);
    rmSync(path('b'));
    mkdirSync(path('b'));
    writeFileSync(path('b/inside'), '');
    assert.deepEqual(await told(folders, before), {
      ...nothing,
      created: ['b/inside'],
      deleted: ['a', 'b'],
      irregular: ['a: symlink'],
    });
  });

  it('what was irregular before is not told again', async () => {
    symlinkSync('/etc', path('etc'));
    const before = await takeSnapshot(folders.workspace);
    symlinkSync('/usr', path('usr'));
    assert.deepEqual(await told(folders, before), { ...nothing, irregular: ['usr: symlink'] });
  });

  it('a file that gets a name outside the workspace is not kept as if made by the code', async () => {
    writeFileSync(join(folders.own, 'private'), 'secret');
    const before = await takeSnapshot(folders.workspace);
    linkSync(join(folders.own, 'private'), path('mine'));
    writeFileSync(path('one'), 'x');
    linkSync(path('one'), path('two'));
    assert.deepEqual(await told(folders, before), {
      ...nothing,
      created: ['one', 'two'],
      irregular: ['mine: hardLinked'],
    });
  });

  it('a workspace that was removed loses its files, one that was replaced by a link is not followed', async () => {
    writeFileSync(path('a'), '1');
    writeFileSync(join(folders.own, 'private'), 'secret');
    const before = await takeSnapshot(folders.workspace);
    rmSync(folders.workspace, { recursive: true });
    assert.deepEqual(await told(folders, before), { ...nothing, deleted: ['a'], irregular: [': rootMissing'] });
    symlinkSync(folders.own, folders.workspace);
    assert.deepEqual(await told(folders, before), { ...nothing, deleted: ['a'], irregular: [': rootReplaced'] });
  });

  it('what a limit left out is neither created nor deleted', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      writeFileSync(path(name), name);
    }
    const whole = await takeSnapshot(folders.workspace);
    const cut = await takeSnapshot(folders.workspace, { limits: { maxFiles: 2 } });
    assert.equal(cut.truncated, true);
    const options = { root: folders.workspace };
    assert.deepEqual((await compareSnapshots(whole, cut, options)).deleted, []);
    const later: Snapshot = { ...cut, clockNs: (cut.clockNs ?? 0n) + 1_000_000_000n };
    assert.deepEqual((await compareSnapshots(later, whole, options)).created, []);
    const earlier: Snapshot = { ...cut, clockNs: 0n };
    assert.deepEqual(
      (await compareSnapshots(earlier, whole, options)).created.map((entry) => entry.relativePath),
      ['c', 'd'],
    );
  });

  it('hashes of files that did not change are taken over from the snapshot before', async () => {
    writeFileSync(path('a'), '1');
    writeFileSync(path('b'), '1');
    const first = await takeSnapshot(folders.workspace);
    const known: Snapshot = { ...first, entries: first.entries.map((entry) => ({ ...entry, sha256: sha256('1') })) };
    writeFileSync(path('b'), '22');
    const second = await takeSnapshot(folders.workspace, { previous: known });
    assert.deepEqual(
      second.entries.map((entry) => entry.sha256),
      [sha256('1'), undefined],
    );
    utimesSync(path('a'), 1, 1);
    assert.deepEqual(await told(folders, second), { ...nothing, touched: ['a'] });
  });

  it('a cancelled comparison ends with its code', async () => {
    const before = await takeSnapshot(folders.workspace);
    const options = { root: folders.workspace, signal: AbortSignal.abort() };
    await assert.rejects(compareSnapshots(before, before, options), { code: 'cancelled' });
  });

  it('a snapshot that was written down compares the same', async () => {
    mkdirSync(path('sub'));
    writeFileSync(path('sub/a'), '1');
    symlinkSync('x', path('link'));
    const before = await takeSnapshot(folders.workspace);
    const read = parseSnapshot(serializeSnapshot(before));
    assert.deepEqual(read, before);
    writeFileSync(path('made'), '');
    assert.deepEqual(await told(folders, read), { ...nothing, created: ['made'] });
  });
});
