// Code that exchanges what is looked at for links, between the look and the reading (as in CVE-2018-15664).
// CODE_INTERPRETER_TEST_SOAK multiplies the number of exchanges.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCoded } from '../../../src/core/errors.ts';
import { prepareAttachments } from '../../../src/core/workspace/attachments.ts';
import { openLanding } from '../../../src/core/workspace/landing/landing.ts';
import { LandingProblem } from '../../../src/core/workspace/landing/problem.ts';
import { hashInside, openInside } from '../../../src/core/workspace/regularFile.ts';
import { takeSnapshot } from '../../../src/core/workspace/snapshot.ts';
import { testFolders, type TestFolders } from './folders.ts';

const EXCHANGES = 3000 * Number(process.env['CODE_INTERPRETER_TEST_SOAK'] ?? '1');

const swapper = fileURLToPath(new URL('swapper.mjs', import.meta.url));

describe('While code exchanges files for links to what lies outside', function () {
  this.timeout(30_000 * Number(process.env['CODE_INTERPRETER_TEST_SOAK'] ?? '1'));
  let folders: TestFolders;
  let outside: string;

  beforeEach(() => {
    folders = testFolders();
    outside = join(folders.base, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'SECRET');
    writeFileSync(join(outside, 'out'), 'SECRET');
    mkdirSync(join(folders.workspace, 'sub'));
    writeFileSync(join(folders.workspace, 'out'), 'inside');
    writeFileSync(join(folders.workspace, 'sub/out'), 'inside');
  });
  afterEach(() => {
    folders[Symbol.dispose]();
  });

  /** Repeats `act` for as long as the exchanges go on; how often it came through and how often it was refused. */
  const during = async (
    what: 'file' | 'folder' | 'root',
    act: () => Promise<boolean>,
  ): Promise<{ readonly through: number; readonly refused: number }> => {
    const child = spawn(process.execPath, [swapper, what, folders.workspace, outside, String(EXCHANGES)], {
      stdio: 'inherit',
    });
    const exit = once(child, 'exit');
    let through = 0;
    let refused = 0;
    while (child.exitCode === null && child.signalCode === null) {
      if (await act()) {
        through += 1;
      } else {
        refused += 1;
      }
      await new Promise(setImmediate);
    }
    assert.deepEqual(await exit, [0, null]);
    return { through, refused };
  };

  /** The content of a file in the workspace; `undefined` when it is refused. */
  const read = async (relativePath: string): Promise<string | undefined> => {
    try {
      const { handle } = await openInside(folders.workspace, relativePath);
      try {
        return await handle.readFile('utf8');
      } finally {
        await handle.close();
      }
    } catch {
      return undefined;
    }
  };
  const outsideIsUntouched = (): void => {
    assert.deepEqual(readdirSync(outside).sort(), ['out', 'secret']);
    assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'SECRET');
    assert.equal(readFileSync(join(outside, 'out'), 'utf8'), 'SECRET');
  };

  it('a file is read from inside or not at all', async () => {
    const { through, refused } = await during('file', async () => {
      const content = await read('out');
      assert.notEqual(content, 'SECRET');
      return content !== undefined;
    });
    assert.ok(through > 0 && refused > 0, `${through} came through, ${refused} were refused`);
  });

  it('a file in a folder is read from inside or not at all', async () => {
    const { through } = await during('folder', async () => {
      const content = await read('sub/out');
      assert.notEqual(content, 'SECRET');
      return content !== undefined;
    });
    assert.ok(through > 0);
  });

  it('a snapshot tells nothing of what is outside', async () => {
    for (const what of ['folder', 'root'] as const) {
      const { through } = await during(what, async () => {
        const { entries } = await takeSnapshot(folders.workspace);
        const paths = entries.map((entry) => entry.relativePath);
        assert.ok(!paths.some((path) => path.includes('secret')), paths.join());
        for (const entry of entries) {
          await hashInside(folders.workspace, entry);
        }
        return paths.includes('sub/out');
      });
      assert.ok(through > 0, what);
    }
  });

  it('an attachment is written inside or not at all', async () => {
    writeFileSync(join(folders.own, 'attached.csv'), 'attached');
    writeFileSync(join(folders.own, 'out'), 'attached');
    for (const what of ['file', 'root'] as const) {
      const { through } = await during(what, async () => {
        try {
          const { prepared } = await prepareAttachments(folders.workspace, [
            { path: join(folders.own, 'attached.csv') },
            { path: join(folders.own, 'out') },
          ]);
          return prepared.length > 0;
        } catch (error) {
          assert.ok(isCoded(error, 'data.notWritable'), String(error));
          return false;
        }
      });
      outsideIsUntouched();
      assert.ok(through > 0, what);
    }
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
  });

  it('E 49: a file from another machine is landed inside or not at all', async () => {
    const content = Buffer.from('landed');
    const told = { size: 6, sha256: createHash('sha256').update(content).digest('hex'), mtimeNs: 0n };
    for (const what of ['file', 'folder', 'root'] as const) {
      const { through } = await during(what, async () => {
        try {
          const landing = openLanding(folders.workspace);
          try {
            for (const path of ['out', 'sub/out', 'sub/secret']) {
              const file = landing.begin(path, content.length);
              await file.write(content, 0);
              await file.finish(told);
            }
            return true;
          } finally {
            await landing.close();
          }
        } catch (error) {
          assert.ok(error instanceof LandingProblem, String(error));
          return false;
        }
      });
      outsideIsUntouched();
      assert.ok(through > 0, what);
    }
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
    assert.deepEqual(readdirSync(folders.workspace).sort(), ['out', 'sub']);
  });
});
