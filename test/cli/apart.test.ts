// Users are apart, and ids from outside are never names of folders outside of `uploads`.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf, type CommandEnd } from '../support/commandLine.ts';
import { testGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';

describe('users and ids', () => {
  let gateway: TestGateway;
  const cli = (...args: string[]): Promise<CommandEnd> => command(args, { dataFolder: gateway.data.root });
  const write = (content: string): string[] => ['-c', `open('a.txt', 'w').write('${content}')`];

  before(async () => {
    gateway = await testGateway();
  });

  it("two users with the same ids: neither lists, gets or cleans the other's files", async () => {
    const message = ['--chat', randomUUID(), '--message', randomUUID()];
    const fileOf = async (user: string): Promise<string> => {
      const end = await cli('run', '--json', '--user', user, ...message, ...write(user));
      assert.equal(end.status, 0, end.stderr);
      return (jsonOf(end) as RunResult).files[0]?.id ?? '';
    };
    const ada = await fileOf('ada');
    const bob = await fileOf('bob');
    assert.notEqual(ada, bob);
    const listed = jsonOf(await cli('files', 'list', '--json', '--user', 'ada', ...message)) as { id: string }[];
    assert.deepEqual(
      listed.map(({ id }) => id),
      [ada],
    );
    const output = join(await temporaryFolder('outputs'), 'a.txt');
    const stolen = await cli('files', 'get', '--json', '--user', 'ada', bob, '-o', output);
    assert.equal(stolen.status, 2);
    assert.equal((jsonOf(stolen) as { error: { code: string } }).error.code, 'file.notFound');
    assert.equal((await cli('cleanup', '--all', '--yes', '--user', 'ada')).status, 0);
    const after = await cli('run', '--json', '--user', 'bob', ...message, '-c', "open('a.txt').read()");
    assert.equal((jsonOf(after) as RunResult).result, "'bob'");
  });

  for (const id of ['..', 'code_generated', 'CON', 'x'.repeat(300), '../../escape', 'ünï', ' ', '-rf', 'a\nb']) {
    it(`message ${JSON.stringify(id.slice(0, 20))} has a folder of its own inside uploads`, async () => {
      const before = await readdir(gateway.data.uploads);
      const root = await readdir(gateway.data.root);
      const end = await cli('run', '--json', '--chat', 'hostile', `--message=${id}`, ...write('x'));
      assert.equal(end.status, 0, end.stderr);
      const result = jsonOf(end) as RunResult;
      assert.deepEqual([result.message_id, result.files.length], [id, 1]);
      assert.deepEqual(await readdir(gateway.data.root), root);
      const added = (await readdir(gateway.data.uploads)).filter((name) => !before.includes(name));
      assert.equal(added.length, 1);
      assert.deepEqual(await readdir(join(gateway.data.uploads, added[0] ?? '')), ['a.txt']);
    });
  }
});
