import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isCoded, type ErrorCode } from '../../../src/core/errors.ts';
import type { GeneratedFile } from '../../../src/core/registry/fileRecord.ts';
import type { Registry } from '../../../src/core/registry/registry.ts';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import { beginRun, createFixture, keyOf, toKeep, type Fixture } from './fixture.ts';
import { skipBecause } from '../../support/skipping.ts';

const MEGABYTE = 1024 * 1024;

describe('a file that is not still or not a file', () => {
  let fixture: Fixture;
  let registry: Registry;
  let workspace: Workspace;
  let runId: string;
  beforeEach(async () => {
    fixture = createFixture();
    registry = await fixture.open();
    workspace = registry.workspaceFor(keyOf('m1'));
    runId = beginRun(registry, workspace);
  });
  afterEach(() => {
    fixture.dispose();
  });

  const staging = (): string[] => {
    try {
      return readdirSync(join(fixture.data.generated, '.staging'));
    } catch {
      return [];
    }
  };
  const assertNothingKept = (): void => {
    assert.deepEqual(registry.listMessageFiles('user', 'chat', 'm1'), []);
    assert.deepEqual(
      readdirSync(fixture.data.generated).filter((name) => name !== '.staging'),
      [],
    );
    assert.deepEqual(staging(), []);
  };
  const assertRefused = async (path: string, code: ErrorCode): Promise<void> => {
    await assert.rejects(registry.keepFile(toKeep(workspace, runId, path)), (error) => isCoded(error, code));
    assertNothingKept();
  };

  /** Does `work` at each turn of the event loop until keeping has ended. */
  const keepWhile = async (path: string, work: () => void): Promise<PromiseSettledResult<GeneratedFile>> => {
    let ended = false;
    const keeping = registry.keepFile(toKeep(workspace, runId, path)).finally(() => {
      ended = true;
    });
    const settled = Promise.allSettled([keeping]);
    for (;;) {
      await setImmediate();
      // Set by the callback above.
      if (ended as boolean) {
        break;
      }
      work();
    }
    return (await settled)[0];
  };

  it('is refused when it never stops changing', async () => {
    const path = join(workspace.path, 'log');
    writeFileSync(path, Buffer.alloc(8 * MEGABYTE, 1));
    const result = await keepWhile('log', () => {
      appendFileSync(path, 'x');
    });
    assert.ok(result.status === 'rejected' && isCoded(result.reason, 'file.unstable'));
    assertNothingKept();
  });

  it('is kept as it is in the end when it changed once', async () => {
    const path = join(workspace.path, 'log');
    writeFileSync(path, Buffer.alloc(8 * MEGABYTE, 1));
    const seen = { appended: false };
    const result = await keepWhile('log', () => {
      if (!seen.appended && staging().length > 0) {
        seen.appended = true;
        appendFileSync(path, 'the end');
      }
    });
    assert.ok(seen.appended && result.status === 'fulfilled');
    assert.equal(result.value.size, 8 * MEGABYTE + 7);
    await registry.verifyContent('user', result.value.id);
  });

  it('is kept in its new version when it is replaced while it is read', async () => {
    const path = join(workspace.path, 'data');
    writeFileSync(path, Buffer.alloc(8 * MEGABYTE, 1));
    writeFileSync(`${path}.new`, 'new');
    const seen = { replaced: false };
    const result = await keepWhile('data', () => {
      if (!seen.replaced && staging().length > 0) {
        seen.replaced = true;
        renameSync(`${path}.new`, path);
      }
    });
    assert.ok(seen.replaced && result.status === 'fulfilled');
    assert.equal(result.value.size, 3);
  });

  it('is never one of a mix of versions when whole versions alternate', async () => {
    const path = join(workspace.path, 'data');
    const versions = [1, 2].map((value) => Buffer.alloc(2 * MEGABYTE, value));
    let turn = 0;
    writeFileSync(path, versions[0] ?? '');
    const result = await keepWhile('data', () => {
      turn += 1;
      writeFileSync(`${path}.tmp`, versions[turn % 2] ?? '');
      renameSync(`${path}.tmp`, path);
    });
    if (result.status === 'fulfilled') {
      await registry.verifyContent('user', result.value.id);
      const hashes = versions.map((version) => createHash('sha256').update(version).digest('hex'));
      assert.ok(hashes.includes(result.value.sha256));
    } else {
      assert.ok(isCoded(result.reason, 'file.unstable'));
      assertNothingKept();
    }
  });

  it('is refused when it has gone', async () => {
    await assertRefused('gone', 'file.unreadable');
  });

  it('is refused when it is a folder, a link, or lies behind a link', async () => {
    mkdirSync(join(workspace.path, 'folder'));
    writeFileSync(join(fixture.data.root, 'secret'), 'secret');
    symlinkSync(join(fixture.data.root, 'secret'), join(workspace.path, 'link'));
    symlinkSync(fixture.data.root, join(workspace.path, 'way'));
    for (const path of ['folder', 'link', 'way/secret', '../../secret', '..', '.']) {
      await assertRefused(path, 'file.unreadable');
    }
  });

  it('is refused when the workspace itself was replaced by a link', async () => {
    writeFileSync(join(fixture.data.root, 'secret'), 'secret');
    rmSync(workspace.path, { recursive: true });
    symlinkSync(fixture.data.root, workspace.path);
    await assertRefused('secret', 'file.unreadable');
  });

  it('is refused without waiting when it is a named pipe', async function () {
    if (process.platform === 'win32') {
      skipBecause(this, 'Windows has no such thing');
    }
    execFileSync('mkfifo', [join(workspace.path, 'pipe')]);
    await assertRefused('pipe', 'file.unreadable');
  });

  it('leaves nothing when keeping it is cancelled', async () => {
    writeFileSync(join(workspace.path, 'data'), Buffer.alloc(8 * MEGABYTE, 1));
    const controller = new AbortController();
    const keeping = registry.keepFile(toKeep(workspace, runId, 'data'), controller.signal);
    const rejected = assert.rejects(keeping, (error) => isCoded(error, 'cancelled'));
    controller.abort();
    await rejected;
    assertNothingKept();
  });
});
