// Random programs run in a workspace: what is told is what their files' bytes say. CODE_INTERPRETER_TEST_SOAK multiplies the number of programs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { compareSnapshots } from '../../../src/core/workspace/difference.ts';
import { parseSnapshot, serializeSnapshot, takeSnapshot } from '../../../src/core/workspace/snapshot.ts';
import { testFolders } from './folders.ts';

const numRuns = 100 * Number(process.env['CODE_INTERPRETER_TEST_SOAK'] ?? '1');
const seed = process.env['CODE_INTERPRETER_TEST_SEED'];
const parameters = { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };

const name = fc.constantFrom('a', 'b', 'ä', 'd/a', 'd/b', 'd/e/c', 'd/e/f/g');
const content = fc.constantFrom('', 'x', 'y', 'z', 'xx', 'yy');

/** One step of a program. A step that the file system refuses is no step. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), name, content }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rewrite in silence' as const), name, content }) },
  fc.record({ kind: fc.constant('append' as const), name, content }),
  fc.record({ kind: fc.constant('truncate' as const), name }),
  fc.record({ kind: fc.constant('touch' as const), name }),
  fc.record({ kind: fc.constant('chmod' as const), name }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), name, to: name }) },
  fc.record({ kind: fc.constant('copy' as const), name, to: name }),
  fc.record({ kind: fc.constant('link' as const), name, to: name }),
  fc.record({ kind: fc.constant('symlink' as const), name, to: name }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), name }) },
  fc.record({ kind: fc.constant('remove folder' as const), name }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const perform = (root: string, action: Step): void => {
  const path = join(root, action.name);
  mkdirSync(dirname(path), { recursive: true });
  switch (action.kind) {
    case 'write':
      writeFileSync(path, action.content);
      break;
    case 'rewrite in silence': {
      const { atime, mtime } = lstatSync(path);
      writeFileSync(path, action.content);
      utimesSync(path, atime, mtime);
      break;
    }
    case 'append':
      appendFileSync(path, action.content);
      break;
    case 'truncate':
      truncateSync(path);
      break;
    case 'touch':
      utimesSync(path, 1, 1);
      break;
    case 'chmod':
      chmodSync(path, 0o640);
      break;
    case 'rename':
      renameSync(path, join(root, action.to));
      break;
    case 'copy':
      copyFileSync(path, join(root, action.to));
      break;
    case 'link':
      linkSync(path, join(root, action.to));
      break;
    case 'symlink':
      symlinkSync(path, join(root, action.to));
      break;
    case 'remove':
      rmSync(path);
      break;
    case 'remove folder':
      rmSync(dirname(path) === root ? path : dirname(path), { recursive: true });
      break;
  }
};

const performAll = (root: string, program: readonly Step[]): void => {
  for (const action of program) {
    try {
      perform(root, action);
    } catch (error) {
      assert.ok((error as NodeJS.ErrnoException).code, String(error));
    }
  }
};

/** All regular files with their bytes, found in another way than the code under test does. */
const contentsOf = (root: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => lstatSync(join(root, path)).isFile())
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const paths = (entries: readonly { readonly relativePath: string }[]): Set<string> =>
  new Set(entries.map((entry) => entry.relativePath));

describe('Whatever a program does', function () {
  this.timeout(60_000 * Number(process.env['CODE_INTERPRETER_TEST_SOAK'] ?? '1'));
  const programs = fc.tuple(
    fc.array(step, { maxLength: 12 }),
    fc.array(step, { maxLength: 8 }),
    fc.array(step, { maxLength: 8 }),
  );

  it('what is told is what its bytes say, run after run, when the content before was known', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ([setUp, ...runs]) => {
        using folders = testFolders();
        const root = folders.workspace;
        performAll(root, setUp);
        for (const run of runs) {
          const known = contentsOf(root);
          const knownHashes = new Map(Array.from(known, ([path, text]) => [path, sha256(text)]));
          const taken = await takeSnapshot(root);
          const before = parseSnapshot(serializeSnapshot(taken));
          assert.deepEqual(before, taken);
          assert.deepEqual(paths(before.entries), new Set(known.keys()));
          performAll(root, run);
          const now = contentsOf(root);
          const told = await compareSnapshots(before, await takeSnapshot(root, { previous: before }), {
            root,
            knownHashes,
          });
          const all = [...now.keys()];
          assert.deepEqual(paths(told.created), new Set(all.filter((path) => !known.has(path))));
          assert.deepEqual(
            paths(told.modified),
            new Set(all.filter((path) => known.has(path) && known.get(path) !== now.get(path))),
          );
          assert.deepEqual(paths(told.deleted), new Set([...known.keys()].filter((path) => !now.has(path))));
          for (const entry of [...told.modified, ...told.unchangedButTouched]) {
            assert.ok(entry.sha256 === undefined || entry.sha256 === sha256(now.get(entry.relativePath) ?? ''));
          }
        }
      }),
      parameters,
    );
  });

  it('no change is missed and no file that was left alone is told, when nothing was known', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ([setUp, run]) => {
        using folders = testFolders();
        const root = folders.workspace;
        performAll(root, setUp);
        writeFileSync(join(root, 'left alone'), 'x');
        const known = contentsOf(root);
        const before = await takeSnapshot(root, { hashRecent: true });
        performAll(root, run);
        const now = contentsOf(root);
        const told = await compareSnapshots(before, await takeSnapshot(root), { root });
        const changed = [...now.keys()].filter((path) => known.has(path) && known.get(path) !== now.get(path));
        const modified = paths(told.modified);
        assert.deepEqual(
          changed.filter((path) => !modified.has(path)),
          [],
        );
        assert.equal(modified.has('left alone'), false);
      }),
      parameters,
    );
  });
});
