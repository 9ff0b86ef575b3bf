import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { openRegistry } from '../../src/core/registry/registry.ts';
import { command, jsonOf } from '../support/commandLine.ts';
import { temporaryFolder } from '../support/places.ts';
import { writeAndKeep } from '../unit/registry/fixture.ts';

describe('the trash on the command line', function () {
  this.timeout(60_000);

  it('takes a file, gives it back, and is emptied; a deleted file is not found', async () => {
    const dataFolder = await temporaryFolder('cli-trash');
    const registry = await openRegistry(openDataFolder(dataFolder));
    const key = { user: userInfo().username, chatId: 'c', messageId: 'm' };
    const first = await writeAndKeep(registry, registry.workspaceFor(key), 'a.txt', 'first');
    const { id } = await writeAndKeep(registry, registry.workspaceFor(key), 'a.txt', 'second');
    registry[Symbol.dispose]();
    const run = (...args: string[]): ReturnType<typeof command> => command(args, { dataFolder });

    const versions = jsonOf(await run('files', 'versions', id, '--json')) as { id: string }[];
    assert.deepEqual(
      versions.map((version) => version.id),
      [id, first.id],
    );
    const deleted = await run('files', 'delete', id);
    assert.equal(deleted.status, 0);
    assert.match(deleted.stdout, /a\.txt deleted/);
    const get = await run('files', 'get', id, '--output', dataFolder);
    assert.equal(get.status, 2);
    assert.match(get.stderr, new RegExp(id));
    assert.match((await run('chats')).stdout, / 0 files /);
    assert.equal((await run('files', 'restore', id)).status, 0);
    assert.match((await run('chats')).stdout, / 1 file /);
    await run('files', 'delete', id);
    assert.deepEqual(jsonOf(await run('cleanup', '--empty-trash', '--json')), { freed_files: 2, freed_bytes: 11 });
    assert.equal((await run('files', 'restore', id)).status, 2);
  });
});
