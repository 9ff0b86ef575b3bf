import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openDataFolder, type DataFolder } from '../../../src/core/dataFolder.ts';
import { openRegistry, type Registry } from '../../../src/core/registry/registry.ts';
import { cleanWorkspaces, planWorkspaceCleanup } from '../../../src/core/run/cleanWorkspaces.ts';
import type { CleanupMode, CleanupReport } from '../../../src/core/workspace/cleanup.ts';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import { temporaryFolder } from '../../support/places.ts';
import { writeAndKeep } from '../registry/fixture.ts';

describe('cleaning up with what the registry knows', () => {
  let data: DataFolder;
  let registry: Registry;
  let workspace: Workspace;

  beforeEach(async () => {
    data = openDataFolder(await temporaryFolder('cleanup'));
    registry = await openRegistry(data);
    workspace = registry.workspaceFor({ user: 'u', chatId: 'c', messageId: 'm' });
  });

  afterEach(() => {
    registry[Symbol.dispose]();
  });

  const cleanUp = (mode: CleanupMode, between: () => void = () => undefined): Promise<CleanupReport> => {
    const plan = planWorkspaceCleanup(registry, { user: 'u', olderThanDays: 0 });
    assert.equal(plan.due.length, 1);
    between();
    return cleanWorkspaces(registry, data, plan, mode, 'test');
  };

  it('removes on a schedule what is kept, as an earlier version too', async () => {
    await writeAndKeep(registry, workspace, 'a.txt', 'first');
    await writeAndKeep(registry, workspace, 'a.txt', 'second');
    writeFileSync(join(workspace.path, 'a.txt'), 'first');
    const report = await cleanUp('scheduled');
    assert.deepEqual([report.freedFiles, existsSync(workspace.path)], [1, false]);
  });

  it('leaves on a schedule what is kept for another message only', async () => {
    const other = registry.workspaceFor({ user: 'v', chatId: 'c', messageId: 'm' });
    await writeAndKeep(registry, other, 'a.txt', 'content');
    writeFileSync(join(workspace.path, 'a.txt'), 'content');
    const [cleaned] = (await cleanUp('scheduled')).cleaned;
    assert.deepEqual(cleaned?.left, [{ path: 'a.txt', reason: 'notKept', size: 7 }]);
  });

  it('leaves a message that was pinned while the user was asked', async () => {
    await writeAndKeep(registry, workspace, 'a.txt', 'content');
    const report = await cleanUp('command', () => {
      registry.pin(workspace.key, true);
    });
    assert.deepEqual([report.cleaned.length, report.spared.length, existsSync(workspace.path)], [0, 1, true]);
    assert.equal(registry.findLease(workspace), undefined);
  });

  it('leaves a message that has a kernel by now, of this process too', async () => {
    const report = await cleanUp('command', () => {
      registry.acquireLease(workspace, { kernelId: 'k', connection: 'g', owner: 'o' });
    });
    assert.equal(report.spared[0]?.reason, 'running');
    assert.equal(registry.findLease(workspace)?.kernelId, 'k');
  });
});
