import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  cleanUp,
  planCleanup,
  type CleanupCandidate,
  type CleanupMode,
  type CleanupReport,
  type CleanupServices,
} from '../../../src/core/workspace/cleanup.ts';
import { moveToTrash, sweepLeftovers } from '../../../src/core/workspace/trash.ts';
import { stagedName, trashName } from '../../../src/core/workspace/staging.ts';
import { testFolders, type TestFolders } from './folders.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const DAY = 86_400_000;

describe('Cleanup', () => {
  let folders: TestFolders;
  let path: (name: string) => string;

  const candidate = (changes: Partial<CleanupCandidate> = {}, folder = 'm1'): CleanupCandidate => ({
    workspace: {
      id: 1,
      key: { user: 'u', chatId: 'c', messageId: folder },
      folder,
      path: join(folders.uploads, folder),
    },
    lastUsedAt: 0,
    pinned: false,
    running: false,
    attachments: [],
    ...changes,
  });
  const clean = (
    mode: CleanupMode,
    candidates: readonly CleanupCandidate[],
    services: Partial<CleanupServices> = {},
  ): Promise<CleanupReport> =>
    cleanUp(
      planCleanup(candidates),
      {
        uploads: folders.uploads,
        isKept: () => false,
        hold: () => ({ [Symbol.dispose]: () => undefined }),
        ...services,
      },
      { mode },
    );
  const leftOf = (report: CleanupReport): string[] =>
    report.cleaned.flatMap((one) => one.left.map((file) => `${file.path}: ${file.reason}`));

  beforeEach(() => {
    folders = testFolders();
    path = (name) => join(folders.workspace, name);
  });
  afterEach(() => {
    folders[Symbol.dispose]();
  });

  describe('of which messages', () => {
    const reasons = (candidates: readonly CleanupCandidate[], olderThanDays?: number): string[] => {
      const plan = planCleanup(candidates, { now: 100 * DAY, olderThanDays });
      return [
        ...plan.due.map((one) => `${one.workspace.folder}: due`),
        ...plan.spared.map((one) => `${one.candidate.workspace.folder}: ${one.reason}`),
      ];
    };

    it('older than seven days unless set', () => {
      const candidates = [candidate({ lastUsedAt: 93 * DAY }, 'old'), candidate({ lastUsedAt: 93 * DAY + 1 }, 'young')];
      assert.deepEqual(reasons(candidates), ['old: due', 'young: recent']);
      assert.deepEqual(reasons(candidates, 0), ['old: due', 'young: due']);
      assert.deepEqual(reasons(candidates, 30), ['old: recent', 'young: recent']);
    });

    it('never running or pinned ones, however old', () => {
      const candidates = [candidate({ running: true }, 'a'), candidate({ pinned: true }, 'b')];
      assert.deepEqual(reasons(candidates, 0), ['a: running', 'b: pinned']);
    });
  });

  describe('on a schedule', () => {
    it('removes a workspace when all that is in it is kept or an unchanged attachment', async () => {
      mkdirSync(path('sub'));
      writeFileSync(path('sub/made.csv'), 'made');
      writeFileSync(path('input.csv'), 'input');
      writeFileSync(join(folders.own, 'input.csv'), 'input');
      const attachment = {
        relativePath: 'input.csv',
        sha256: sha256('input'),
        size: 5,
        sourcePath: join(folders.own, 'input.csv'),
      };
      const report = await clean('scheduled', [candidate({ attachments: [attachment] })], {
        isKept: (_, content) => content.sha256 === sha256('made') && content.size === 4,
      });
      assert.deepEqual(leftOf(report), []);
      assert.deepEqual([report.freedBytes, report.freedFiles], [9, 2]);
      assert.deepEqual(readdirSync(folders.uploads), []);
      assert.equal(readFileSync(join(folders.own, 'input.csv'), 'utf8'), 'input');
    });

    it('leaves what is kept nowhere else, and tells it', async () => {
      mkdirSync(path('a/b'), { recursive: true });
      mkdirSync(path('a/c'), { recursive: true });
      for (const name of ['kept', 'a/b/kept', 'a/c/only here', 'changed.csv', 'lost.csv']) {
        writeFileSync(path(name), name.endsWith('kept') ? 'kept' : name);
      }
      symlinkSync('kept', path('link'));
      const attachment = (
        relativePath: string,
        content: string,
        sourcePath: string,
      ): CleanupCandidate['attachments'] => [
        { relativePath, sha256: sha256(content), size: content.length, sourcePath: join(folders.own, sourcePath) },
      ];
      writeFileSync(join(folders.own, 'changed.csv'), 'original');
      const attachments = [
        ...attachment('changed.csv', 'original', 'changed.csv'),
        ...attachment('lost.csv', 'lost.csv', 'gone'),
      ];
      const isKept: CleanupServices['isKept'] = (_, content) => content.sha256 === sha256('kept');
      const report = await clean('scheduled', [candidate({ attachments })], { isKept });
      assert.deepEqual(leftOf(report), [
        'link: symlink',
        'changed.csv: notKept',
        'lost.csv: sourceGone',
        'a/c/only here: notKept',
      ]);
      assert.deepEqual([report.freedBytes, report.freedFiles], [8, 2]);
      assert.deepEqual(readdirSync(folders.workspace), ['a', 'changed.csv', 'link', 'lost.csv']);
      assert.deepEqual(readdirSync(path('a')), ['c']);
    });

    it('leaves a file that changes while it is looked at', async () => {
      writeFileSync(path('a'), '1');
      writeFileSync(path('b'), '1');
      const isKept = (): boolean => {
        writeFileSync(path('a'), 'newer');
        return true;
      };
      const report = await clean('scheduled', [candidate()], { isKept });
      assert.deepEqual(leftOf(report), [': changing']);
      assert.equal(readFileSync(path('a'), 'utf8'), 'newer');
      assert.deepEqual(readdirSync(folders.uploads), ['m1']);
    });

    it('never removes through a folder that became a link', async () => {
      mkdirSync(path('sub'));
      writeFileSync(path('sub/a'), '1');
      writeFileSync(path('z'), 'stays');
      const outside = join(folders.base, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'a'), '1');
      const report = await clean('scheduled', [candidate()], {
        isKept: (_, { relativePath }) => {
          if (relativePath === 'z') {
            return false;
          }
          rmSync(path('sub'), { recursive: true });
          symlinkSync(outside, path('sub'));
          return true;
        },
      });
      assert.deepEqual(leftOf(report), ['z: notKept', 'sub/a: changing']);
      assert.deepEqual(readdirSync(outside), ['a']);
    });
  });

  describe('by command', () => {
    it('removes whole workspaces, with links, names that are not UTF-8, closed folders and any depth, and follows nothing', async () => {
      const outside = join(folders.base, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'a'), '1');
      symlinkSync(outside, path('link'));
      linkSync(join(outside, 'a'), path('hard'));
      mkdirSync(Buffer.concat([Buffer.from(path('bad')), Buffer.of(0xff)]));
      writeFileSync(Buffer.concat([Buffer.from(path('bad')), Buffer.of(0xff), Buffer.from('/x')]), '');
      mkdirSync(path(Array.from({ length: 200 }, () => 'deep').join('/')), { recursive: true });
      mkdirSync(path('closed/inner'), { recursive: true });
      writeFileSync(path('closed/inner/file'), 'four');
      chmodSync(path('closed/inner'), 0);
      chmodSync(path('closed'), 0o400);
      const report = await clean('command', [candidate()]);
      assert.deepEqual(leftOf(report), []);
      assert.equal(report.cleaned[0]?.removed, true);
      assert.deepEqual(readdirSync(folders.uploads), []);
      assert.equal(readFileSync(join(outside, 'a'), 'utf8'), '1');
    });

    it('removes what is kept nowhere else, as was agreed to', async () => {
      writeFileSync(path('only here'), '12345');
      const report = await clean('command', [candidate()]);
      assert.deepEqual([report.freedBytes, report.freedFiles], [5, 1]);
      assert.equal(existsSync(folders.workspace), false);
    });

    it('removes a link in the place of a workspace, not what it leads to', async () => {
      rmSync(folders.workspace, { recursive: true });
      writeFileSync(join(folders.own, 'a'), '1');
      symlinkSync(folders.own, folders.workspace);
      await clean('command', [candidate()]);
      assert.deepEqual(readdirSync(folders.uploads), []);
      assert.deepEqual(readdirSync(folders.own), ['a']);
    });

    it('takes nothing but a workspace for one: not the kept files, not another folder', async () => {
      mkdirSync(join(folders.uploads, 'code_generated'));
      writeFileSync(join(folders.own, 'a'), '1');
      const report = await clean('command', [
        candidate({}, 'code_generated'),
        candidate({}, '../own'),
        candidate({}, ''),
        candidate({ workspace: { ...candidate().workspace, path: folders.own } }),
      ]);
      assert.deepEqual(leftOf(report), [': failed', ': failed', ': failed', ': failed']);
      assert.deepEqual(readdirSync(folders.base).sort(), ['own', 'uploads']);
      assert.deepEqual(readdirSync(folders.uploads).sort(), ['code_generated', 'm1']);
      assert.deepEqual(readdirSync(folders.own), ['a']);
    });
  });

  it('spares a message that is taken into use meanwhile, and lets go of those that it held', async () => {
    mkdirSync(join(folders.uploads, 'm2'));
    let held = 0;
    const report = await clean('command', [candidate(), candidate({}, 'm2')], {
      hold: ({ folder }) => {
        if (folder === 'm1') {
          return undefined;
        }
        held += 1;
        return {
          [Symbol.dispose]: () => {
            held -= 1;
          },
        };
      },
    });
    assert.deepEqual(
      report.spared.map((one) => [one.candidate.workspace.folder, one.reason]),
      [['m1', 'running']],
    );
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
    assert.equal(held, 0);
  });

  it('one failure does not stop the others', async () => {
    mkdirSync(join(folders.uploads, 'm2'));
    writeFileSync(path('a'), '1');
    writeFileSync(join(folders.uploads, 'm2/b'), '1');
    const report = await clean('scheduled', [candidate(), candidate({}, 'm2')], {
      isKept: (_, { relativePath }) => {
        if (relativePath === 'a') {
          throw new Error('the registry is locked');
        }
        return true;
      },
    });
    assert.deepEqual(
      report.cleaned.map(({ removed, left }) => [removed, left.map(({ detail }) => detail)]),
      [
        [false, ['the registry is locked']],
        [true, []],
      ],
    );
    assert.deepEqual(readdirSync(folders.workspace), ['a']);
  });

  it('a workspace that is not there any more is no failure', async () => {
    const report = await clean('scheduled', [candidate({}, 'gone')]);
    assert.deepEqual(
      report.cleaned.map(({ removed, left }) => ({ removed, left })),
      [{ removed: true, left: [] }],
    );
  });

  it('ends between two workspaces when it is cancelled', async () => {
    const plan = planCleanup([candidate()]);
    const services: CleanupServices = {
      uploads: folders.uploads,
      isKept: () => true,
      hold: () => ({ [Symbol.dispose]: () => undefined }),
    };
    await assert.rejects(cleanUp(plan, services, { mode: 'command', signal: AbortSignal.abort() }), {
      code: 'cancelled',
    });
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
  });

  it('what a crash left behind is swept a day later, and nothing else is', async () => {
    const names = [stagedName(), trashName(), '.staged-mine', '.trash-mine', 'm2'];
    for (const name of names) {
      if (name.startsWith('.trash') || name === 'm2') {
        mkdirSync(join(folders.uploads, name, 'inner'), { recursive: true });
      } else {
        writeFileSync(join(folders.uploads, name), '');
      }
    }
    assert.equal(await sweepLeftovers(folders.uploads), 0);
    assert.equal(await sweepLeftovers(folders.uploads, Date.now() + 2 * DAY), 2);
    assert.deepEqual(readdirSync(folders.uploads).sort(), ['.staged-mine', '.trash-mine', 'm1', 'm2']);
  });

  it('a folder in the trash can be put back', () => {
    writeFileSync(path('a'), '1');
    const trash = moveToTrash(folders.workspace);
    assert.equal(existsSync(folders.workspace), false);
    trash.restore();
    assert.deepEqual(readdirSync(folders.workspace), ['a']);
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
  });
});
