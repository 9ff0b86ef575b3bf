import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCoded } from '../../../src/core/errors.ts';
import { createContentStore } from '../../../src/core/registry/contentStore.ts';
import type { Registry } from '../../../src/core/registry/registry.ts';
import { beginRun, createFixture, keyOf, toKeep, writeAndKeep, type Fixture } from './fixture.ts';

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe('kept files', () => {
  let fixture: Fixture;
  let registry: Registry;
  beforeEach(async () => {
    fixture = createFixture();
    registry = await fixture.open();
  });
  afterEach(() => {
    fixture.dispose();
  });

  const keptNames = (): string[] =>
    readdirSync(fixture.data.generated)
      .filter((name) => name !== '.staging')
      .sort();

  it('are told with all their details, and are read-only bytes of their own', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const runId = beginRun(registry, workspace);
    const file = await writeAndKeep(registry, workspace, 'charts/Übersicht 2026 (1).TXT', 'hello', runId);
    const hash = sha256('hello');
    const id = `code_gen_m1_${hash.slice(0, 16)}`;
    const url = `code-interpreter:/files/${id}/%C3%9Cbersicht%202026%20(1).TXT`;
    assert.deepEqual(file, {
      id,
      name: 'Übersicht 2026 (1).TXT',
      size: 5,
      format: 'Text',
      mime_type: 'text/plain',
      created_at: file.created_at,
      message_id: 'm1',
      chat_id: 'chat',
      url,
      download_url: url,
      path: '/mnt/data/charts/Übersicht 2026 (1).TXT',
      status: 'created',
      extension: '.txt',
      relative_path: 'charts/Übersicht 2026 (1).TXT',
      full_path: join(fixture.data.generated, id),
      modified_at: '2023-11-14T22:13:20.123Z',
      source: 'code_execution',
      generated_at: file.created_at,
      original_workspace_path: join(workspace.path, 'charts', 'Übersicht 2026 (1).TXT'),
      workspace_id: 'm1',
      run_id: runId,
      sha256: hash,
    });
    assert.equal(readFileSync(file.full_path, 'utf8'), 'hello');
    assert.equal(statSync(file.full_path).mode & 0o777, 0o400);
    assert.deepEqual(registry.getGeneratedFile('user', id), file);
    assert.deepEqual(keptNames(), [id, `${id}.json`]);
    writeFileSync(file.original_workspace_path, 'other');
    assert.equal(readFileSync(file.full_path, 'utf8'), 'hello');
  });

  it('are listed by message and by chat, the same for both', async () => {
    const [one, two] = [registry.workspaceFor(keyOf('m1')), registry.workspaceFor(keyOf('__proto__'))];
    const files = [
      await writeAndKeep(registry, one, 'a.txt', 'a'),
      await writeAndKeep(registry, one, 'b.txt', 'b'),
      await writeAndKeep(registry, two, 'a.txt', 'c'),
    ];
    registry.workspaceFor(keyOf('empty'));
    const listed = files.map(
      ({ id, name, size, format, mime_type, created_at, message_id, chat_id, url, download_url }) => ({
        id,
        name,
        size,
        format,
        mime_type,
        created_at,
        message_id,
        chat_id,
        url,
        download_url,
      }),
    );
    assert.deepEqual(registry.listMessageFiles('user', 'chat', 'm1'), listed.slice(0, 2));
    const chat = registry.listChatFiles('user', 'chat');
    assert.equal(chat.total_files, 3);
    assert.deepEqual(Object.entries(chat.messages), [
      ['m1', listed.slice(0, 2)],
      ['__proto__', listed.slice(2)],
    ]);
    assert.deepEqual(registry.listChatFiles('user', 'unknown'), { chat_id: 'unknown', total_files: 0, messages: {} });
    assert.deepEqual(registry.listMessageFiles('user', 'chat', 'empty'), []);
  });

  it('are apart for two users with the same ids', async () => {
    const mine = await writeAndKeep(registry, registry.workspaceFor(keyOf('m1')), 'a.txt', 'same');
    const theirs = await writeAndKeep(registry, registry.workspaceFor(keyOf('m1', 'chat', 'other')), 'a.txt', 'same');
    assert.notEqual(mine.id, theirs.id);
    assert.deepEqual(
      registry.listMessageFiles('user', 'chat', 'm1').map(({ id }) => id),
      [mine.id],
    );
    assert.deepEqual(
      registry.listChatFiles('other', 'chat').messages['m1']?.map(({ id }) => id),
      [theirs.id],
    );
    const refused = [
      () => registry.getGeneratedFile('user', theirs.id),
      () => registry.openContent('user', theirs.id),
      () => registry.listVersions('user', theirs.id),
      () => {
        registry.forgetFile('user', theirs.id);
      },
      () => registry.getGeneratedFile('user', 'code_gen_m1_0000000000000000'),
      () => registry.getGeneratedFile('user', ''),
      () => registry.getGeneratedFile('user', '../../registry.sqlite'),
    ];
    for (const ask of refused) {
      assert.throws(ask, (error) => isCoded(error, 'file.notFound'));
    }
    await assert.rejects(registry.verifyContent('user', theirs.id), (error) => isCoded(error, 'file.notFound'));
    registry.forgetFile('user', mine.id);
    await registry.verifyContent('other', theirs.id);
  });

  it('keep earlier versions when a path is written again', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const first = await writeAndKeep(registry, workspace, 'a.txt', 'one');
    const second = await writeAndKeep(registry, workspace, 'a.txt', 'two');
    assert.deepEqual(
      registry.listMessageFiles('user', 'chat', 'm1').map(({ id }) => id),
      [second.id],
    );
    assert.deepEqual(
      registry.listVersions('user', first.id).map(({ id }) => id),
      [second.id, first.id],
    );
    assert.equal(readFileSync(registry.openContent('user', first.id).path, 'utf8'), 'one');
  });

  it('get their id again when the same bytes come back, and are current then', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const first = await writeAndKeep(registry, workspace, 'a.txt', 'one');
    const second = await writeAndKeep(registry, workspace, 'a.txt', 'two');
    const runId = beginRun(registry, workspace);
    const again = await writeAndKeep(registry, workspace, 'a.txt', 'one', runId);
    assert.equal(again.id, first.id);
    assert.equal(again.created_at, first.created_at);
    assert.equal(again.run_id, runId);
    assert.deepEqual(
      registry.listMessageFiles('user', 'chat', 'm1').map(({ id }) => id),
      [first.id],
    );
    assert.deepEqual(
      registry.listVersions('user', first.id).map(({ id }) => id),
      [first.id, second.id],
    );
    assert.equal(registry.listChatFiles('user', 'chat').total_files, 1);
    assert.equal(registry.listChats('user')[0]?.total_files, 1);
  });

  it('have a suffix for the same content at another path, and share its bytes', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const files = [
      await writeAndKeep(registry, workspace, 'a.txt', 'same'),
      await writeAndKeep(registry, workspace, 'b.txt', 'same'),
      await writeAndKeep(registry, workspace, 'c/a.txt', 'same'),
    ];
    const id = `code_gen_m1_${sha256('same').slice(0, 16)}`;
    assert.deepEqual(
      files.map((file) => file.id),
      [id, `${id}-2`, `${id}-3`],
    );
    assert.equal(new Set(files.map(({ full_path }) => statSync(full_path).ino)).size, 1);
    registry.forgetFile('user', id);
    assert.equal(readFileSync(registry.openContent('user', `${id}-2`).path, 'utf8'), 'same');
    assert.equal(registry.openContent('user', `${id}-3`).file.relative_path, 'c/a.txt');
  });

  it('do not share bytes with content that has been damaged', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const first = await writeAndKeep(registry, workspace, 'a.txt', 'same');
    chmodSync(first.full_path, 0o600);
    writeFileSync(first.full_path, 'SAME');
    const second = await writeAndKeep(registry, workspace, 'b.txt', 'same');
    assert.equal(readFileSync(second.full_path, 'utf8'), 'same');
    await registry.verifyContent('user', second.id);
    await assert.rejects(registry.verifyContent('user', first.id), (error) => isCoded(error, 'file.damaged'));
  });

  it('are not read again where the content is known and kept', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const first = await writeAndKeep(registry, workspace, 'a.txt', 'same');
    const runId = beginRun(registry, workspace);
    const second = await registry.keepFile({
      ...toKeep(workspace, runId, 'not-there-any-more.txt'),
      knownSha256: first.sha256,
    });
    assert.equal(readFileSync(second.full_path, 'utf8'), 'same');
    assert.equal(second.name, 'not-there-any-more.txt');
  });

  it('are one when several are kept at once, each with its own id', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const runId = beginRun(registry, workspace);
    const contents = Array.from({ length: 20 }, (_, index) => String(index % 5));
    const files = await Promise.all(
      contents.map((content, index) => writeAndKeep(registry, workspace, `${index}.txt`, content, runId)),
    );
    assert.equal(new Set(files.map(({ id }) => id)).size, 20);
    const same = await Promise.all(
      Array.from({ length: 8 }, () => registry.keepFile(toKeep(workspace, runId, '7.txt'))),
    );
    assert.deepEqual(new Set(same.map(({ id }) => id)), new Set([files[7]?.id]));
    assert.equal(keptNames().length, 40);
    assert.equal(registry.listChatFiles('user', 'chat').total_files, 20);
  });

  it('may be empty, and may be sparse without filling the disk', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const empty = await writeAndKeep(registry, workspace, 'empty', '');
    assert.equal(empty.sha256, sha256(''));
    assert.equal(statSync(empty.full_path).size, 0);
    const content = new Uint8Array(5 * 1024 * 1024 + 17);
    content.set([1, 2, 3], 3 * 1024 * 1024 + 5);
    const sparse = await writeAndKeep(registry, workspace, 'sparse', content);
    assert.equal(sparse.sha256, sha256(content));
    assert.deepEqual(new Uint8Array(readFileSync(sparse.full_path)), content);
    assert.ok(statSync(sparse.full_path).blocks * 512 < content.length / 2);
  });

  it('are forgotten with their bytes, and the version before is current', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const first = await writeAndKeep(registry, workspace, 'a.txt', 'one');
    const second = await writeAndKeep(registry, workspace, 'a.txt', 'two');
    registry.forgetFile('user', second.id);
    assert.deepEqual(
      registry.listMessageFiles('user', 'chat', 'm1').map(({ id }) => id),
      [first.id],
    );
    registry.forgetFile('user', first.id);
    assert.deepEqual(registry.listMessageFiles('user', 'chat', 'm1'), []);
    assert.equal(registry.listChats('user')[0]?.total_files, 0);
    assert.deepEqual(keptNames(), []);
    assert.throws(
      () => registry.getGeneratedFile('user', first.id),
      (error) => isCoded(error, 'file.notFound'),
    );
    const again = await fixture.open();
    assert.deepEqual(again.listMessageFiles('user', 'chat', 'm1'), []);
  });

  it('say when their bytes are gone, cut or changed', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const [gone, cut, changed] = [
      await writeAndKeep(registry, workspace, 'gone', 'gone'),
      await writeAndKeep(registry, workspace, 'cut', 'cut'),
      await writeAndKeep(registry, workspace, 'changed', 'changed'),
    ];
    rmSync(gone.full_path);
    chmodSync(cut.full_path, 0o600);
    writeFileSync(cut.full_path, 'c');
    chmodSync(changed.full_path, 0o600);
    writeFileSync(changed.full_path, 'CHANGED');
    const isDamaged = (error: unknown): boolean => isCoded(error, 'file.damaged');
    assert.throws(() => registry.openContent('user', gone.id), isDamaged);
    assert.throws(() => registry.openContent('user', cut.id), isDamaged);
    assert.equal(registry.openContent('user', changed.id).file.id, changed.id);
    await assert.rejects(registry.verifyContent('user', changed.id), isDamaged);
    assert.equal(registry.listMessageFiles('user', 'chat', 'm1').length, 3);
  });

  it('are whole again when the same bytes are kept again', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const file = await writeAndKeep(registry, workspace, 'a.txt', 'one');
    rmSync(file.full_path);
    const again = await writeAndKeep(registry, workspace, 'a.txt', 'one');
    assert.equal(again.id, file.id);
    await registry.verifyContent('user', file.id);
  });

  it('need a run that has begun, and leave nothing without one', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    writeFileSync(join(workspace.path, 'a.txt'), 'a');
    await assert.rejects(registry.keepFile(toKeep(workspace, 'unknown', 'a.txt')), (error) =>
      isCoded(error, 'registry.failed'),
    );
    assert.deepEqual(keptNames(), []);
    assert.deepEqual(readdirSync(join(fixture.data.generated, '.staging')), []);
  });

  it('have a sidecar that says whose they are and what made them', async () => {
    const workspace = registry.workspaceFor(keyOf('m/1', 'chat', 'ünal'));
    const runId = beginRun(registry, workspace, 'open("x")');
    registry.recordInputs(runId, [{ path: 'in.csv', sha256: 'abc' }]);
    const file = await writeAndKeep(registry, workspace, 'a.txt', 'a', runId);
    const sidecar = JSON.parse(readFileSync(`${file.full_path}.json`, 'utf8')) as {
      [name: string]: unknown;
      versions: { run: unknown }[];
    };
    assert.deepEqual(
      [
        sidecar['user'],
        sidecar['chat_id'],
        sidecar['message_id'],
        sidecar['relative_path'],
        sidecar['sha256'],
        sidecar['id'],
      ],
      ['ünal', 'chat', 'm/1', 'a.txt', file.sha256, file.id],
    );
    const started = registry.getRun('ünal', runId)?.startedAt ?? 0;
    assert.deepEqual(sidecar.versions[0]?.run, {
      id: runId,
      language: 'python',
      kernel: 'python3',
      started_at: new Date(started).toISOString(),
      code: 'open("x")',
      inputs: [{ path: 'in.csv', sha256: 'abc' }],
    });
  });

  it('leave staged leftovers alone while they may be in use, and remove old ones', async () => {
    await writeAndKeep(registry, registry.workspaceFor(keyOf('m1')), 'a.txt', 'a');
    const leftover = join(fixture.data.generated, '.staging', 'leftover');
    writeFileSync(leftover, '');
    await fixture.open();
    assert.ok(existsSync(leftover));
    assert.equal(await createContentStore(fixture.data).sweepStaged(Date.now() + 60_000), 1);
    assert.ok(!existsSync(leftover));
  });
});
