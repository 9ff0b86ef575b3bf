import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { openRegistry } from '../../src/core/registry/registry.ts';
import { command, jsonOf } from '../support/commandLine.ts';
import { temporaryFolder } from '../support/places.ts';
import { writeAndKeep } from '../unit/registry/fixture.ts';

const textsOf = async (path: string): Promise<Record<string, string>> => {
  const archive = await openPromise(path, { autoClose: false });
  const found: Record<string, string> = {};
  for await (const entry of archive.eachEntry()) {
    found[entry.fileName] = await text(await archive.openReadStreamPromise(entry));
  }
  archive.close();
  return found;
};

describe('a zip archive from the command line', function () {
  this.timeout(60_000);

  it('holds the files of a message or of a chat, and replaces nothing unasked', async () => {
    const dataFolder = await temporaryFolder('cli-zip');
    const target = await temporaryFolder('cli-zip-target');
    const registry = await openRegistry(openDataFolder(dataFolder));
    const user = userInfo().username;
    const first = registry.workspaceFor({ user, chatId: 'c', messageId: 'm1' });
    await writeAndKeep(registry, first, 'a.csv', 'old');
    await writeAndKeep(registry, first, 'a.csv', 'new');
    await writeAndKeep(registry, first, 'sub/a.csv', 'below');
    const second = registry.workspaceFor({ user, chatId: 'c', messageId: 'm2' });
    await writeAndKeep(registry, second, 'ä b.txt', 'umlaut');
    registry[Symbol.dispose]();
    const path = join(target, 'x.zip');
    const zip = (...args: string[]): ReturnType<typeof command> =>
      command(['files', 'get', '--zip', '--output', path, ...args], { dataFolder });

    const made = await zip('--chat', 'c', '--message', 'm1', '--json');
    assert.equal(made.status, 0, made.stderr);
    assert.equal((jsonOf(made) as { output: string }).output, path);
    assert.deepEqual(await textsOf(path), { 'a.csv': 'new', 'sub/a.csv': 'below' });
    const before = readFileSync(path);
    const refused = await zip('--chat', 'c');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /x\.zip exists already/);
    assert.deepEqual(readFileSync(path), before);
    assert.equal((await zip('--chat', 'c', '--overwrite')).status, 0);
    assert.deepEqual(await textsOf(path), { 'm1/a.csv': 'new', 'm1/sub/a.csv': 'below', 'm2/ä b.txt': 'umlaut' });
    assert.equal((await zip('--chat', 'none', '--overwrite')).status, 2);
    assert.deepEqual(readdirSync(target), ['x.zip']);
  });
});
