import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  prepareAttachments,
  type AttachmentsResult,
  type PrepareOptions,
} from '../../../src/core/workspace/attachments.ts';
import { parseAttachmentRecord, serializeAttachmentRecord } from '../../../src/core/workspace/attachmentRecord.ts';
import { compareSnapshots } from '../../../src/core/workspace/difference.ts';
import { takeSnapshot } from '../../../src/core/workspace/snapshot.ts';
import { testFolders, type TestFolders } from './folders.ts';

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

describe('Attachments of a message', () => {
  let folders: TestFolders;
  let own: (name: string) => string;
  let inside: (name: string) => string;

  const prepare = (names: readonly string[], options?: PrepareOptions): Promise<AttachmentsResult> =>
    prepareAttachments(
      folders.workspace,
      names.map((name) => ({ path: own(name) })),
      options,
    );
  const again = (first: AttachmentsResult, names: readonly string[] = []): Promise<AttachmentsResult> =>
    prepare(names, {
      recorded: first.prepared.map((one) => {
        const record = parseAttachmentRecord(serializeAttachmentRecord(one));
        assert.ok(record);
        return record;
      }),
    });
  const contents = (): Record<string, string> =>
    Object.fromEntries(readdirSync(folders.workspace).map((name) => [name, readFileSync(inside(name), 'utf8')]));
  const nothingStaged = (): void => {
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
  };

  beforeEach(() => {
    folders = testFolders();
    own = (name) => join(folders.own, name);
    inside = (name) => join(folders.workspace, name);
  });
  afterEach(() => {
    nothingStaged();
    folders[Symbol.dispose]();
  });

  it('arrive as private copies with hash, size and the way that was taken', async () => {
    const bytes = randomBytes(3 * 1024 * 1024 + 17);
    writeFileSync(own('sales.bin'), bytes);
    const { prepared, skipped } = await prepare(['sales.bin']);
    assert.deepEqual(skipped, []);
    const [one] = prepared;
    assert.ok(one);
    assert.equal(one.sha256, sha256(bytes));
    assert.equal(one.size, bytes.length);
    assert.match(one.way, /^(copy|reflink)$/u);
    assert.equal(one.relativePath, 'sales.bin');
    assert.deepEqual(readFileSync(inside('sales.bin')), bytes);
    const status = statSync(inside('sales.bin'));
    assert.equal(status.nlink, 1);
    assert.equal(status.mode & 0o777, 0o600);
  });

  it("can be changed by code without a change to the user's own file", async () => {
    writeFileSync(own('a.csv'), 'mine');
    chmodSync(own('a.csv'), 0o444);
    await prepare(['a.csv']);
    appendFileSync(inside('a.csv'), ' and more');
    assert.equal(readFileSync(own('a.csv'), 'utf8'), 'mine');
  });

  it('keep their modification time and whether they are executable', async () => {
    writeFileSync(own('run.sh'), '#!/bin/sh', { mode: 0o755 });
    utimesSync(own('run.sh'), 1_000_000_000, 1_000_000_000);
    await prepare(['run.sh']);
    assert.equal(statSync(inside('run.sh')).mode & 0o777, 0o700);
    assert.equal(statSync(inside('run.sh')).mtimeMs, 1_000_000_000_000);
  });

  it('are unchanged for the comparison after the run, and found when code changes them within the same tick', async () => {
    writeFileSync(own('a.csv'), 'before');
    writeFileSync(own('b.csv'), 'before');
    const { prepared } = await prepare(['a.csv', 'b.csv']);
    const before = await takeSnapshot(folders.workspace);
    writeFileSync(inside('a.csv'), 'behind');
    const after = await takeSnapshot(folders.workspace);
    const knownHashes = new Map(prepared.map((one) => [one.relativePath, one.sha256]));
    const difference = await compareSnapshots(before, after, { root: folders.workspace, knownHashes });
    assert.deepEqual(
      difference.modified.map((entry) => entry.relativePath),
      ['a.csv'],
    );
    assert.deepEqual(difference.unchangedButTouched, []);
  });

  it('the same file attached twice is prepared once, by whatever path', async () => {
    writeFileSync(own('a.csv'), '1');
    symlinkSync(folders.own, join(folders.base, 'link'));
    const { prepared } = await prepareAttachments(folders.workspace, [
      { path: own('a.csv') },
      { path: own('a.csv') },
      { path: `${folders.own}/../own/a.csv` },
      { path: join(folders.base, 'link/a.csv') },
    ]);
    assert.equal(prepared.length, 1);
    assert.deepEqual(contents(), { 'a.csv': '1' });
  });

  it('two different files of one name are both there, by the same names each time', async () => {
    for (const folder of ['x', 'y', 'z']) {
      mkdirSync(own(folder));
      writeFileSync(own(`${folder}/report.tar.gz`), folder);
    }
    const names = ['x/report.tar.gz', 'y/report.tar.gz', 'z/report.tar.gz'];
    const first = await prepare(names);
    assert.deepEqual(contents(), { 'report.tar.gz': 'x', 'report (2).tar.gz': 'y', 'report (3).tar.gz': 'z' });
    const second = await again(first, names);
    assert.deepEqual(
      second.prepared.map((one) => [one.relativePath, one.way]),
      [
        ['report.tar.gz', 'present'],
        ['report (2).tar.gz', 'present'],
        ['report (3).tar.gz', 'present'],
      ],
    );
  });

  it('never take the place of a file that code made', async () => {
    writeFileSync(inside('a.csv'), 'made by code');
    writeFileSync(own('a.csv'), 'attached');
    const { prepared } = await prepare(['a.csv']);
    assert.equal(prepared[0]?.relativePath, 'a (2).csv');
    assert.deepEqual(contents(), { 'a.csv': 'made by code', 'a (2).csv': 'attached' });
  });

  it('missing, unreadable and irregular ones are named, and the others arrive', async () => {
    writeFileSync(own('good.csv'), '1');
    mkdirSync(own('folder'));
    execFileSync('mkfifo', [own('pipe')]);
    symlinkSync('nowhere', own('dangling'));
    symlinkSync('loop', own('loop'));
    symlinkSync('/dev/zero', own('zero'));
    const { prepared, skipped } = await prepare(['none', 'folder', 'pipe', 'dangling', 'loop', 'zero', 'good.csv']);
    assert.deepEqual(
      prepared.map((one) => one.relativePath),
      ['good.csv'],
    );
    assert.deepEqual(
      skipped.map((one) => [one.path, one.code]),
      [
        [own('none'), 'missing'],
        [own('folder'), 'notRegular'],
        [own('pipe'), 'notRegular'],
        [own('dangling'), 'missing'],
        [own('loop'), 'unreadable'],
        [own('zero'), 'notRegular'],
      ],
    );
    assert.ok(skipped.every((one) => one.detail !== ''));
  });

  it("a link that the user names arrives as the file that it leads to, under the link's name", async () => {
    writeFileSync(own('data-2026.csv'), '1');
    symlinkSync('data-2026.csv', own('latest.csv'));
    await prepare(['latest.csv']);
    assert.deepEqual(contents(), { 'latest.csv': '1' });
    assert.ok(lstatSync(inside('latest.csv')).isFile());
  });

  it('odd but legal names are kept exactly', async () => {
    const names = [
      'Übersicht_2026 (1).xlsx',
      'e\u0301.csv',
      '.env',
      'a\nb',
      "it's",
      '-rf',
      'Makefile',
      'a..b',
      'CON',
      ' x ',
    ];
    names.forEach((name) => {
      writeFileSync(own(name), name);
    });
    await prepare(names);
    assert.deepEqual(contents(), Object.fromEntries(names.map((name) => [name, name])));
  });

  it('a name that is no name is refused', async () => {
    writeFileSync(own('a'), '');
    for (const name of ['', '.', '..', 'a/b', '../a', 'a\0', 'x'.repeat(256), '\uD800']) {
      const { skipped } = await prepareAttachments(folders.workspace, [{ path: own('a'), name }]);
      assert.deepEqual(
        skipped.map((one) => one.code),
        ['invalidName'],
        JSON.stringify(name),
      );
    }
    assert.deepEqual(contents(), {});
  });

  it('a second file with a name of full length is shortened by whole characters', async () => {
    const name = `${'é'.repeat(125)}.csv`;
    for (const folder of ['x', 'y']) {
      mkdirSync(own(folder));
      writeFileSync(own(`${folder}/${name}`), folder);
    }
    await prepare([`x/${name}`, `y/${name}`]);
    assert.deepEqual(contents(), { [name]: 'x', [`${'é'.repeat(123)} (2).csv`]: 'y' });
  });

  it('are prepared once: the second time touches nothing', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    const before = lstatSync(inside('a.csv'), { bigint: true });
    const second = await again(first, ['a.csv']);
    assert.equal(second.prepared[0]?.way, 'present');
    assert.equal(second.prepared[0].changedInWorkspace, false);
    assert.equal(lstatSync(inside('a.csv'), { bigint: true }).ctimeNs, before.ctimeNs);
  });

  it('without a record, a copy with the same content is taken for it', async () => {
    writeFileSync(own('a.csv'), '1');
    await prepare(['a.csv']);
    const { prepared } = await prepare(['a.csv']);
    assert.deepEqual(contents(), { 'a.csv': '1' });
    assert.equal(prepared[0]?.way, 'present');
  });

  it('a copy that code changed is left as it is, and told', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    writeFileSync(inside('a.csv'), 'changed');
    const { prepared } = await again(first, ['a.csv']);
    assert.deepEqual(contents(), { 'a.csv': 'changed' });
    assert.equal(prepared[0]?.changedInWorkspace, true);
    assert.equal(prepared[0].entry.sha256, sha256('changed'));
  });

  it('a copy that code removed is there again for the next run, attached again or not', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    rmSync(inside('a.csv'));
    const second = await again(first);
    assert.deepEqual(contents(), { 'a.csv': '1' });
    assert.match(second.prepared[0]?.way ?? '', /^(copy|reflink)$/u);
  });

  it('a source that changed replaces its copy, under the same name', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    writeFileSync(own('a.csv'), 'newer');
    const { prepared } = await again(first, ['a.csv']);
    assert.deepEqual(contents(), { 'a.csv': 'newer' });
    assert.equal(prepared[0]?.sha256, sha256('newer'));
  });

  it('a source that changed does not replace a copy that code changed: both are there', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    writeFileSync(own('a.csv'), 'newer');
    writeFileSync(inside('a.csv'), 'by code');
    await again(first, ['a.csv']);
    assert.deepEqual(contents(), { 'a.csv': 'by code', 'a (2).csv': 'newer' });
  });

  it('a source that was only touched leaves its copy alone', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    utimesSync(own('a.csv'), 1, 1);
    const second = await again(first, ['a.csv']);
    assert.equal(second.prepared[0]?.way, 'present');
    assert.equal(second.prepared[0].isRecorded, false);
    const third = await again(second, ['a.csv']);
    assert.equal(third.prepared[0]?.isRecorded, true);
    assert.equal(third.prepared[0].sourceStamp, second.prepared[0].sourceStamp);
  });

  it('a source that has gone does not matter while its copy is there, and is named when it is not', async () => {
    writeFileSync(own('a.csv'), '1');
    const first = await prepare(['a.csv']);
    rmSync(own('a.csv'));
    const second = await again(first, ['a.csv']);
    assert.deepEqual(second.skipped, []);
    assert.equal(second.prepared[0]?.way, 'present');
    rmSync(inside('a.csv'));
    const third = await again(first, ['a.csv']);
    assert.deepEqual(
      third.skipped.map((one) => one.code),
      ['missing'],
    );
  });

  it('a path that leads elsewhere than what was agreed to attaches nothing, also when it was attached before', async () => {
    writeFileSync(own('a.csv'), '1');
    writeFileSync(own('key'), 'private');
    symlinkSync('a.csv', own('link.csv'));
    const realPath = realpathSync(own('a.csv'));
    const first = await prepareAttachments(folders.workspace, [{ path: own('link.csv'), realPath }]);
    rmSync(own('link.csv'));
    symlinkSync('key', own('link.csv'));
    const { skipped } = await prepareAttachments(folders.workspace, [{ path: own('link.csv'), realPath }]);
    assert.deepEqual(
      skipped.map((one) => one.code),
      ['replaced'],
    );
    rmSync(inside('link.csv'));
    assert.deepEqual(
      (await again(first)).skipped.map((one) => one.code),
      ['replaced'],
    );
    assert.deepEqual(contents(), {});
  });

  it('larger ones than allowed are named', async () => {
    writeFileSync(own('a.csv'), '12345');
    const { skipped } = await prepare(['a.csv'], { maxBytes: 4 });
    assert.deepEqual(
      skipped.map((one) => one.code),
      ['tooLarge'],
    );
  });

  it('a copy that shares its bytes with a name outside is made private', async () => {
    writeFileSync(own('a.csv'), '1');
    writeFileSync(own('other'), '1');
    linkSync(own('other'), inside('a.csv'));
    await prepare(['a.csv']);
    assert.equal(statSync(inside('a.csv')).nlink, 1);
    assert.equal(statSync(own('other')).nlink, 1);
  });

  it('links that code left in the workspace are neither followed nor written through', async () => {
    writeFileSync(own('a.csv'), 'attached');
    writeFileSync(own('victim'), 'untouched');
    symlinkSync(own('victim'), inside('a.csv'));
    const { prepared } = await prepare(['a.csv']);
    assert.equal(prepared[0]?.relativePath, 'a (2).csv');
    assert.equal(readFileSync(own('victim'), 'utf8'), 'untouched');
    assert.ok(lstatSync(inside('a.csv')).isSymbolicLink());
  });

  it('a copy that code replaced by a link is prepared anew beside it', async () => {
    writeFileSync(own('a.csv'), 'attached');
    const first = await prepare(['a.csv']);
    writeFileSync(own('victim'), 'attached');
    rmSync(inside('a.csv'));
    symlinkSync(own('victim'), inside('a.csv'));
    const second = await again(first, ['a.csv']);
    assert.equal(second.prepared[0]?.relativePath, 'a (2).csv');
  });

  it('a workspace that is a link is refused', async () => {
    writeFileSync(own('a.csv'), '1');
    rmSync(folders.workspace, { recursive: true });
    symlinkSync(folders.own, folders.workspace);
    await assert.rejects(prepare(['a.csv']), { code: 'data.notWritable' });
    assert.deepEqual(readdirSync(folders.own), ['a.csv']);
  });

  it('a workspace that is exchanged for a link while it is prepared is refused, and nothing is written there', async () => {
    const outside = join(folders.base, 'outside');
    mkdirSync(outside);
    writeFileSync(own('a.csv'), '1');
    let exchanged = false;
    const onProgress = (): void => {
      if (!exchanged) {
        exchanged = true;
        renameSync(folders.workspace, join(folders.base, 'moved'));
        symlinkSync(outside, folders.workspace);
      }
    };
    await assert.rejects(prepare(['a.csv'], { onProgress }), { code: 'data.notWritable' });
    assert.deepEqual(readdirSync(outside), []);
  });

  it('a source that grows while it is read is tried again, and named when it does not stop', async () => {
    writeFileSync(own('run.log'), 'x'.repeat(3_000_000));
    let times = 0;
    const growing = (most: number): PrepareOptions => ({
      onProgress: () => {
        if (times < most) {
          times += 1;
          appendFileSync(own('run.log'), 'more');
        }
      },
    });
    const first = await prepare(['run.log'], growing(1));
    if (first.prepared[0]?.way === 'reflink') {
      // Such a disk takes the whole file in one step: what is written afterwards is not part of it.
      assert.equal(statSync(inside('run.log')).size, 3_000_000);
      return;
    }
    assert.equal(first.prepared[0]?.size, 3_000_004);
    times = 0;
    rmSync(inside('run.log'));
    const second = await prepare(['run.log'], growing(100));
    assert.deepEqual(
      second.skipped.map((one) => one.code),
      ['changedWhileReading'],
    );
    assert.deepEqual(contents(), {});
  });

  it('a cancelled preparation leaves nothing half', async () => {
    writeFileSync(own('small'), '1');
    writeFileSync(own('large'), 'x'.repeat(5_000_000));
    const controller = new AbortController();
    const options: PrepareOptions = {
      signal: controller.signal,
      onProgress: ({ path, bytes }) => {
        if (path === own('large') && bytes > 1_000_000) {
          controller.abort();
        }
      },
    };
    await assert.rejects(prepare(['small', 'large'], options), { code: 'cancelled' });
    assert.deepEqual(contents(), { small: '1' });
  });

  it('progress counts up to the whole', async () => {
    writeFileSync(own('a'), 'x'.repeat(2_500_000));
    const seen: number[] = [];
    await prepare(['a'], { onProgress: ({ bytes }) => seen.push(bytes) });
    assert.equal(seen.at(-1), 2_500_000);
    assert.deepEqual(
      seen,
      seen.toSorted((one, other) => one - other),
    );
  });

  it('a damaged record is no record', () => {
    for (const text of ['', '{}', 'null', '{"name":"a"}']) {
      assert.equal(parseAttachmentRecord(text), undefined);
    }
  });
});
