// The command line's `run` and `files`: one JSON value, true bytes, exit statuses.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf, type CommandEnd } from '../support/commandLine.ts';
import { testGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { repository, temporaryFolder } from '../support/places.ts';

describe('code-interpreter run', () => {
  let gateway: TestGateway;
  let folder: string;
  const cli = (...args: string[]): Promise<CommandEnd> => command(args, { dataFolder: gateway.data.root });
  const fresh = (): string[] => ['--chat', randomUUID(), '--message', randomUUID()];

  before(async () => {
    gateway = await testGateway();
    folder = await temporaryFolder('outputs');
  });

  it('gives one JSON value with the file, and files get gives the same bytes', async () => {
    const code =
      "import pandas as pd; pd.DataFrame({'a':[1]}).to_excel('/mnt/data/out.xlsx'); print(open('/mnt/data/out.xlsx','rb').name)";
    const end = await cli('run', '--json', '--chat', 'c1', '--message', 'm1', '-c', code);
    assert.equal(end.status, 0, end.stderr);
    const result = jsonOf(end) as RunResult;
    assert.deepEqual([result.status, result.stdout, result.error], ['ok', '/mnt/data/out.xlsx\n', null]);
    assert.deepEqual([result.grounding, result.reach], [gateway.gateway.grounding, 'shared']);
    const [file, ...more] = result.files;
    assert.ok(file && more.length === 0);
    assert.deepEqual(
      [file.path, file.format, file.status, file.chat_id, file.message_id],
      ['/mnt/data/out.xlsx', 'Excel', 'created', 'c1', 'm1'],
    );
    const output = join(folder, 'out.xlsx');
    const got = await cli('files', 'get', file.id, '--output', output);
    assert.equal(got.status, 0, got.stderr);
    const bytes = await readFile(output);
    assert.equal(bytes.length, file.size);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.equal(file.id, `code_gen_m1_${sha256.slice(0, 16)}`);
    const again = await cli('files', 'get', file.id, '--output', output);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /exists already/);
    const listed = jsonOf(await cli('files', 'list', '--json', '--chat', 'c1', '--message', 'm1')) as { id: string }[];
    assert.deepEqual(
      listed.map(({ id }) => id),
      [file.id],
    );
    const chat = jsonOf(await cli('files', 'list', '--json', '--chat', 'c1')) as Record<string, unknown>;
    assert.deepEqual([chat['total_files'], Object.keys(chat['messages'] as object)], [1, ['m1']]);
  });

  it('ends with 1 when the code raised, and still gives JSON with the file', async () => {
    const end = await cli('run', '--json', ...fresh(), '-c', "open('a.csv','w').write('1')\nraise ValueError('no')");
    assert.equal(end.status, 1);
    const result = jsonOf(end) as RunResult;
    assert.deepEqual([result.status, result.error?.value, result.files.length], ['error', 'no', 1]);
  });

  it('ends with 1 at the time limit', async () => {
    const end = await cli('run', '--json', ...fresh(), '--timeout', '1', '-c', 'while True: print(1)');
    assert.equal(end.status, 1);
    assert.equal((jsonOf(end) as RunResult).status, 'timeout');
  });

  it('takes code from standard input and from a file, and attaches files', async () => {
    await writeFile(join(folder, 'in.txt'), 'from the file');
    await writeFile(join(folder, 'code.py'), "print(open('/mnt/data/in.txt').read())");
    const attach = ['--attach', join(folder, 'in.txt')];
    const fromFile = await cli('run', ...fresh(), ...attach, join(folder, 'code.py'));
    assert.match(fromFile.stdout, /^from the file\n/);
    const fromInput = await command(['run', ...fresh(), '-'], { dataFolder: gateway.data.root, input: 'print(6 * 7)' });
    assert.match(fromInput.stdout, /^42\n/);
    assert.match(fromInput.stdout, /0 made, 0 kept, 0 lost/);
  });

  it('runs init code of a file before the first cell', async () => {
    const init = join(folder, 'init.py');
    await writeFile(init, 'greeting = "hello"');
    const end = await cli('run', '--json', ...fresh(), '--init-code', init, '-c', 'greeting');
    assert.equal((jsonOf(end) as RunResult).result, "'hello'");
  });

  it("runs the sample's first message: its table, and five files kept", async () => {
    const transcript = join(repository, 'samples', 'sales.chat.md');
    const end = await cli('run', '--transcript', transcript, '--message', 'first');
    assert.equal(end.status, 0, end.stderr);
    assert.match(end.stdout, /Region/);
    assert.match(end.stdout, /5 made, 5 kept, 0 lost/);
    // As the tree of VS Code calls them.
    const chats = jsonOf(await cli('chats', '--json')) as { chat_id: string; title: string }[];
    assert.equal(
      chats.find(({ chat_id: id }) => id === 'sales-2025')?.title,
      'Sales 2025: what happened in the South?',
    );
  });

  it('attaches to a message, and its next run has the file', async () => {
    const message = fresh();
    await writeFile(join(folder, 'later.txt'), 'attached');
    const attached = await cli('attach', '--json', ...message, join(folder, 'later.txt'));
    assert.equal(attached.status, 0, attached.stderr);
    assert.match(attached.stdout, /"\/mnt\/data\/later\.txt"/);
    const end = await cli('run', '--json', ...message, '-c', "open('/mnt/data/later.txt').read()");
    const result = jsonOf(end) as RunResult;
    assert.deepEqual([result.result, result.files], ["'attached'", []]);
  });

  it('cleans up a message; what it made stays kept', async () => {
    const message = fresh();
    const end = await cli('run', '--json', ...message, '-c', "open('a.txt','w').write('kept')");
    const [file] = (jsonOf(end) as RunResult).files;
    const unconfirmed = await cli('cleanup', '--json', '--all', ...message);
    assert.equal(unconfirmed.status, 2);
    const cleaned = await cli('cleanup', '--json', '--all', '--kept-only', ...message);
    assert.equal(cleaned.status, 0, cleaned.stderr);
    assert.equal((jsonOf(cleaned) as Record<string, unknown>)['freed_files'], 1);
    const output = join(folder, 'kept.txt');
    assert.equal((await cli('files', 'get', file?.id ?? '', '-o', output)).status, 0);
    assert.equal(await readFile(output, 'utf8'), 'kept');
  });

  it('lists the chats', async () => {
    const chat = randomUUID();
    await cli('run', '--chat', chat, '-c', '1');
    const chats = jsonOf(await cli('chats', '--json')) as { chat_id: string }[];
    assert.ok(chats.some(({ chat_id }) => chat_id === chat));
  });
});
