// Folders of kernels that are gone: a later kernel on their machine takes away the old ones of this data folder, and no others.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Interpreter } from '../../src/core/interpreter.ts';
import { folderToBe, knownOwnerMark } from '../../src/core/run/channel/kernelHome.ts';
import { sweepAge } from '../../src/core/run/channel/sweepFolders.ts';
import { newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { removeHomeOf, temporaryFolder } from '../support/places.ts';

/** A folder as a kernel that is gone left it. */
const leftFolder = (mark: string): string => {
  const home = mkdtempSync(join(tmpdir(), 'code-interpreter-home-'));
  writeFileSync(join(home, 'owner'), mark);
  mkdirSync(join(home, 'data'));
  writeFileSync(join(home, 'data', 'file'), 'x');
  return join(home, 'data');
};

const known = (on: Interpreter): string[] => on.registry.kernelFolders().map(({ mark }) => mark);

describe('folders of kernels that are gone', () => {
  const made: string[] = [];
  after(() => {
    made.forEach(removeHomeOf);
  });

  it('are taken away when they are old and bear their mark; others stay', async () => {
    await withInterpreter({ settings: { reach: 'channel', kernelScope: 'run' } }, async (on) => {
      const key = newMessage(on);
      await run('1', { on, key });
      const workspace = on.registry.workspaceFor(key);
      const connection = 'embedded';
      const realNow = Date.now;
      const note = (folder: string, mark: string, age: number, kernelId = randomUUID()): void => {
        Date.now = () => realNow() - age;
        try {
          on.registry.noteKernelFolder(workspace, { mark, folder, kernelId, kernelName: 'python3', connection });
        } finally {
          Date.now = realNow;
        }
      };
      const add = (
        age: number,
        mark: string = randomUUID(),
        written: string = mark,
      ): { folder: string; mark: string } => {
        const folder = leftFolder(written);
        made.push(folder);
        note(folder, mark, age);
        return { folder, mark };
      };
      const old = add(sweepAge + 60_000);
      const young = add(sweepAge - 60_000);
      const foreign = add(sweepAge + 60_000, randomUUID(), 'the mark of somebody else');
      // Its process was killed before the kernel told where it is: found by the name that was written down before.
      const toBe = knownOwnerMark(randomUUID());
      const unseen = join(realpathSync(tmpdir()), folderToBe(toBe));
      mkdirSync(unseen, { recursive: true });
      writeFileSync(join(unseen, '..', 'owner'), toBe.content);
      made.push(unseen);
      note(folderToBe(toBe), toBe.content, sweepAge + 60_000);
      const unknown = leftFolder('of another data folder');
      made.push(unknown);
      const elsewhere = await temporaryFolder('no-home');
      mkdirSync(join(elsewhere, 'data'));
      writeFileSync(join(elsewhere, 'owner'), 'its mark');
      note(join(elsewhere, 'data'), 'its mark', sweepAge + 60_000);
      const linked = join(tmpdir(), `code-interpreter-home-${randomUUID()}`);
      symlinkSync(elsewhere, linked);
      made.push(join(linked, 'data'));
      note(join(linked, 'data'), 'its mark', sweepAge + 60_000);
      const result = await run('2', { on, key });
      rmSync(linked);
      assert.deepEqual([result.status, result.skipped], ['ok', []]);
      assert.equal(existsSync(join(old.folder, '..')), false, 'the old one is gone');
      assert.equal(existsSync(join(unseen, '..')), false, 'the one that nobody had seen is gone');
      for (const folder of [young.folder, foreign.folder, unknown, join(elsewhere, 'data')]) {
        assert.ok(existsSync(folder), folder);
      }
      assert.deepEqual(
        [old, young, foreign].map(({ mark }) => known(on).includes(mark)),
        [false, true, true],
      );
    });
  });

  it('one whose kernel lives stays, and so does one that is to be kept', async () => {
    let kept = '';
    await withInterpreter({ settings: { reach: 'channel', keepKernelFolder: true } }, async (on) => {
      const first = await run('import os; print(os.getpid())', { on, key: newMessage(on) });
      assert.equal(first.status, 'ok');
      const [row] = on.registry.kernelFolders();
      assert.ok(row);
      made.push(row.folder);
      kept = row.folder;
      const realNow = Date.now;
      Date.now = () => realNow() - sweepAge - 60_000;
      try {
        on.registry.noteKernelFolder(on.registry.workspaceFor(row.workspace.key), row);
      } finally {
        Date.now = realNow;
      }
      await run('1', { on, key: newMessage(on) });
      assert.ok(existsSync(row.folder));
      assert.ok(known(on).includes(row.mark));
      made.push(...on.registry.kernelFolders().map(({ folder }) => folder));
    });
    assert.ok(existsSync(kept), 'kept after its kernel has gone');
  });
});
