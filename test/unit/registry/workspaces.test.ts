import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isCoded } from '../../../src/core/errors.ts';
import type { Registry } from '../../../src/core/registry/registry.ts';
import { createFixture, keyOf, writeAndKeep, type Fixture } from './fixture.ts';

const traps = [
  ...[
    '..',
    '.',
    '',
    'code_generated',
    'CODE_GENERATED',
    'CON',
    'con',
    'nul.txt',
    'a/b',
    'a\\b',
    '../x',
    'x'.repeat(300),
  ],
  ...[
    'ü',
    'u\u0308',
    'A',
    'a',
    'trailing.',
    'trailing ',
    'trailing',
    'a\0b',
    '\ud800',
    '\udfff',
    '__proto__',
    '-rf',
    '🙂',
  ],
];

describe('workspaces', () => {
  let fixture: Fixture;
  let registry: Registry;
  beforeEach(async () => {
    fixture = createFixture();
    registry = await fixture.open();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('get the plain message id as folder name, private to the user', () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    assert.equal(workspace.folder, 'm1');
    assert.equal(workspace.path, join(fixture.data.uploads, 'm1'));
    assert.equal(lstatSync(workspace.path).mode & 0o777, 0o700);
  });

  it('are one folder inside uploads for each trap of an id, and found again by it', async () => {
    const workspaces = traps.map((id) => registry.workspaceFor(keyOf(id)));
    assert.equal(new Set(workspaces.map(({ folder }) => folder.toLowerCase())).size, traps.length);
    for (const { path, folder } of workspaces) {
      assert.equal(dirname(path), fixture.data.uploads);
      assert.equal(basename(path), folder);
      assert.notEqual(path, fixture.data.generated);
      assert.ok(lstatSync(path).isDirectory());
    }
    const again = await fixture.open();
    assert.deepEqual(
      traps.map((id) => again.findWorkspace(keyOf(id))),
      workspaces,
    );
    assert.deepEqual(
      again.listWorkspaces({ user: 'user' }).map(({ key }) => key.messageId),
      traps,
    );
  });

  it('are apart for the same ids of two users, two chats, and ids that only run together', () => {
    const keys = [
      keyOf('m'),
      keyOf('m', 'chat2'),
      keyOf('m', 'chat', 'user2'),
      keyOf('m', 'ha', 'c'),
      keyOf('m', 'a', 'ch'),
    ];
    const folders = keys.map((key) => registry.workspaceFor(key).folder);
    assert.equal(new Set(folders).size, keys.length);
    assert.equal(folders[0], 'm');
  });

  it('stay the same in another process and at each call', async () => {
    const first = registry.workspaceFor(keyOf('m/1'));
    const other = await fixture.open();
    assert.deepEqual(other.workspaceFor(keyOf('m/1')), first);
    assert.deepEqual(registry.workspaceFor(keyOf('m/1')), first);
  });

  it('never take over a folder that holds files of nobody known', () => {
    mkdirSync(join(fixture.data.uploads, 'm1'));
    writeFileSync(join(fixture.data.uploads, 'm1', 'secret'), 'x');
    const workspace = registry.workspaceFor(keyOf('m1'));
    assert.notEqual(workspace.folder, 'm1');
    assert.deepEqual(readdirSync(workspace.path), []);
  });

  it('take over an empty folder that a crash left before its row', () => {
    mkdirSync(join(fixture.data.uploads, 'm1'), { mode: 0o755 });
    const workspace = registry.workspaceFor(keyOf('m1'));
    assert.equal(workspace.folder, 'm1');
    assert.equal(lstatSync(workspace.path).mode & 0o777, 0o700);
  });

  it('are made again where a cleanup removed the folder', () => {
    const { path } = registry.workspaceFor(keyOf('m1'));
    rmSync(path, { recursive: true });
    registry.workspaceFor(keyOf('m1'));
    assert.ok(existsSync(path));
  });

  it('are refused when a link has taken the place of the folder', () => {
    const { path } = registry.workspaceFor(keyOf('m1'));
    rmSync(path, { recursive: true });
    symlinkSync(fixture.data.root, path);
    assert.throws(
      () => registry.workspaceFor(keyOf('m1')),
      (error) => isCoded(error, 'data.notWritable'),
    );
  });

  it('leave no row when the folder cannot be made', () => {
    rmSync(fixture.data.uploads, { recursive: true });
    writeFileSync(fixture.data.uploads, '');
    assert.throws(
      () => registry.workspaceFor(keyOf('m1')),
      (error) => isCoded(error, 'data.notWritable'),
    );
    assert.equal(registry.findWorkspace(keyOf('m1')), undefined);
    assert.deepEqual(registry.listChats('user'), []);
  });

  it('are listed with label, pin and files, and only those asked for', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    registry.workspaceFor(keyOf('m2'));
    registry.workspaceFor(keyOf('m1', 'chat', 'other'));
    await writeAndKeep(registry, workspace, 'a.txt', 'a');
    await writeAndKeep(registry, workspace, 'a.txt', 'b');
    registry.describeMessage(workspace.key, { label: 'First\0words\ud800', chatTitle: 'Sales' });
    registry.pin(workspace.key, true);
    const [first, second, ...rest] = registry.listWorkspaces({ user: 'user' });
    assert.deepEqual(rest, []);
    assert.deepEqual([first?.label, first?.pinned, first?.files], ['First\0words\ud800', true, 1]);
    assert.deepEqual([second?.label, second?.pinned, second?.files], [null, false, 0]);
    assert.equal(registry.listWorkspaces().length, 3);
    assert.equal(registry.listWorkspaces({ user: 'user', chatId: 'chat', messageId: 'm2' }).length, 1);
    registry.pin(workspace.key, false);
    assert.equal(registry.listWorkspaces({ messageId: 'm1' })[0]?.pinned, false);
  });

  it('are nothing to describe or pin before they are there', () => {
    registry.describeMessage(keyOf('m1'), { label: 'x' });
    registry.pin(keyOf('m1'), true);
    assert.equal(registry.findWorkspace(keyOf('m1')), undefined);
  });

  it('have a record beside the database with their key', () => {
    const workspace = registry.workspaceFor(keyOf('a/b', '\ud800', 'ünal'));
    registry.pin(workspace.key, true);
    const record = JSON.parse(
      readFileSync(join(fixture.data.root, 'workspaces', `${workspace.folder}.json`), 'utf8'),
    ) as Record<string, unknown>;
    assert.deepEqual(
      [record['user'], record['chat_id'], record['message_id'], record['workspace_id'], record['pinned']],
      ['ünal', '\ud800', 'a/b', workspace.folder, true],
    );
  });

  it('count in their chat, the most recently used first', async () => {
    registry.workspaceFor(keyOf('m1', 'old'));
    const workspace = registry.workspaceFor(keyOf('m1', 'new'));
    registry.workspaceFor(keyOf('m2', 'new'));
    registry.workspaceFor(keyOf('m1', 'new', 'other'));
    registry.describeMessage(workspace.key, { chatTitle: 'Sales' });
    await writeAndKeep(registry, workspace, 'a.txt', 'a');
    await writeAndKeep(registry, workspace, 'b.txt', 'b');
    const [first, second, ...rest] = registry.listChats('user');
    assert.deepEqual(rest, []);
    assert.deepEqual(
      [first?.chat_id, first?.title, first?.messages, first?.total_files, second?.chat_id],
      ['new', 'Sales', 2, 2, 'old'],
    );
    assert.equal(first?.created_at, new Date(Date.parse(first?.created_at ?? '')).toISOString());
  });

  it('tell other windows of changes, and only of changes', async () => {
    const other = await fixture.open();
    const before = other.dataVersion();
    const workspace = registry.workspaceFor(keyOf('m1'));
    const after = other.dataVersion();
    assert.ok(after > before);
    assert.equal(registry.dataVersion(), after);
    registry.writeBaseline(workspace, '{}');
    registry.acquireLease(workspace, { kernelId: 'k', connection: 'http://127.0.0.1/', owner: 'test' });
    registry.workspaceFor(keyOf('m1'));
    assert.equal(other.dataVersion(), after);
  });
});
