import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isCoded } from '../../../src/core/errors.ts';
import { migrations } from '../../../src/core/registry/schema.ts';
import type { GeneratedFile } from '../../../src/core/registry/fileRecord.ts';
import { loadSqlite } from '../../../src/core/registry/sqlite.ts';
import type { Registry } from '../../../src/core/registry/registry.ts';
import { beginRun, createFixture, endRun, keyOf, writeAndKeep, type Fixture } from './fixture.ts';
import { checkConsistent, startKeeper } from './keepers.ts';
import { skipBecause } from '../../support/skipping.ts';

const keys = [
  keyOf('m1'),
  keyOf('m1', 'chat', 'other'),
  keyOf('../m', '\ud800', 'ünal'),
  keyOf('x'.repeat(300)),
  keyOf('A'),
  keyOf('a'),
  keyOf('__proto__', ''),
];

describe('opening the registry', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = createFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  /** Files of several owners, one with an earlier version and one version that came back, and all that is told of them. */
  const fill = async (registry: Registry): Promise<GeneratedFile[]> => {
    for (const key of keys) {
      const workspace = registry.workspaceFor(key);
      const run = beginRun(registry, workspace, `code of ${key.user}`);
      registry.recordInputs(run, [{ path: 'in.csv', sha256: 'abc' }]);
      await writeAndKeep(registry, workspace, 'a.txt', `one ${key.user}`, run);
      endRun(registry, run);
      await writeAndKeep(registry, workspace, 'a.txt', 'two');
      await writeAndKeep(registry, workspace, 'a.txt', `one ${key.user}`);
      await writeAndKeep(registry, workspace, 'b/ü.txt', 'two');
    }
    registry.describeMessage(keyOf('m1'), { label: 'First words', chatTitle: 'Sales' });
    registry.pin(keyOf('m1'), true);
    return told(registry);
  };
  const told = (registry: Registry): GeneratedFile[] =>
    keys.flatMap(({ user, chatId, messageId }) =>
      registry.listMessageFiles(user, chatId, messageId).flatMap(({ id }) => registry.listVersions(user, id)),
    );
  const bytesOf = (registry: Registry, files: readonly GeneratedFile[]): string[] => {
    const users = new Map(keys.map((key) => [registry.workspaceFor(key).folder, key.user]));
    return files.map(({ id, workspace_id }) =>
      readFileSync(registry.openContent(users.get(workspace_id) ?? '', id).path, 'utf8'),
    );
  };
  const asideFiles = (): string[] =>
    readdirSync(fixture.data.root).filter((name) => name.startsWith('registry.sqlite.damaged-'));

  const damages: Record<string, () => void> = {
    'is no database': () => {
      writeFileSync(fixture.data.registry, 'x'.repeat(10_000));
    },
    'is cut in half': () => {
      truncateSync(fixture.data.registry, statSync(fixture.data.registry).size / 2);
    },
    'has lost its first bytes': () => {
      const file = openSync(fixture.data.registry, 'r+');
      writeSync(file, Buffer.alloc(50), 0, 50, 0);
      closeSync(file);
    },
    'is another database': () => {
      rmSync(fixture.data.registry);
      const database = new DatabaseSync(fixture.data.registry);
      database.exec('CREATE TABLE something (id)');
      database.close();
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`moves a file aside that ${name}, and rebuilds from what is kept: ids, owners, bytes, folders`, async () => {
      const first = await fixture.open();
      const before = await fill(first);
      const bytes = bytesOf(first, before);
      const workspaces = keys.map((key) => first.workspaceFor(key));
      const version = first.dataVersion();
      first[Symbol.dispose]();
      damage();
      const damaged = readFileSync(fixture.data.registry);

      const second = await fixture.open();
      assert.deepEqual(told(second), before);
      assert.deepEqual(bytesOf(second, before), bytes);
      assert.deepEqual(
        keys.map((key) => second.findWorkspace(key)),
        workspaces,
      );
      const [summary] = second.listWorkspaces({ user: 'user', messageId: 'm1' });
      assert.deepEqual([summary?.label, summary?.pinned, summary?.files], ['First words', true, 2]);
      assert.equal(second.listChats('user').find(({ chat_id }) => chat_id === 'chat')?.title, 'Sales');
      assert.throws(
        () => second.getGeneratedFile('other', before[0]?.id ?? ''),
        (error) => isCoded(error, 'file.notFound'),
      );
      const run = second.getRun('user', before[0]?.run_id ?? '');
      assert.equal(run?.code, 'print(1)');
      assert.ok(second.listRuns(keyOf('m1')).some(({ code }) => code === 'code of user'));
      assert.deepEqual(second.unfinishedRuns(), []);
      assert.ok(second.dataVersion() > version);
      checkConsistent(fixture.data);
      const [aside = ''] = asideFiles();
      assert.deepEqual(readFileSync(join(fixture.data.root, aside)), damaged);
    });
  }

  it('makes the registry again from what is kept when its file was deleted', async () => {
    const first = await fixture.open();
    const before = await fill(first);
    first[Symbol.dispose]();
    rmSync(fixture.data.registry);
    const second = await fixture.open();
    assert.deepEqual(told(second), before);
    assert.deepEqual(asideFiles(), []);
  });

  it('never gives a folder with files to another message after the database was lost', async () => {
    const first = await fixture.open();
    const workspace = first.workspaceFor(keyOf('m1'));
    writeFileSync(join(workspace.path, 'secret'), '');
    first[Symbol.dispose]();
    rmSync(fixture.data.registry);
    rmSync(join(fixture.data.root, 'workspaces'), { recursive: true });
    const second = await fixture.open();
    assert.notEqual(second.workspaceFor(keyOf('m1', 'chat', 'other')).folder, 'm1');
  });

  it('finds damage in the middle once a call has met it, and rebuilds at the next start', async () => {
    const first = await fixture.open();
    const before = await fill(first);
    first[Symbol.dispose]();
    const database = new DatabaseSync(fixture.data.registry);
    const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'version_of_path'").get();
    database.close();
    const file = openSync(fixture.data.registry, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, (Number(root?.['rootpage']) - 1) * 4096);
    closeSync(file);
    const met = await fixture.open();
    assert.throws(
      () => told(met),
      (error) => isCoded(error, 'registry.failed'),
    );
    met[Symbol.dispose]();
    const second = await fixture.open();
    assert.deepEqual(told(second), before);
    assert.equal(asideFiles().length, 1);
    assert.ok(!existsSync(join(fixture.data.root, 'registry.damaged')));
  });

  it('goes on with a sound database that was only said to be damaged', async () => {
    const first = await fixture.open();
    const before = await fill(first);
    writeFileSync(join(fixture.data.root, 'registry.damaged'), '');
    const second = await fixture.open();
    assert.deepEqual(told(second), before);
    assert.deepEqual([asideFiles(), existsSync(join(fixture.data.root, 'registry.damaged'))], [[], false]);
  });

  it('lets an open window go on with the database that replaced the damaged one', async () => {
    const window = await fixture.open();
    const before = await fill(window);
    writeFileSync(fixture.data.registry, 'x'.repeat(10_000));
    const other = await fixture.open();
    const file = await writeAndKeep(other, other.workspaceFor(keyOf('m1')), 'new.txt', 'new');
    assert.deepEqual(window.getGeneratedFile('user', file.id), file);
    assert.equal(told(window).length, before.length + 1);
    await writeAndKeep(window, window.workspaceFor(keyOf('m2')), 'a.txt', 'a');
    assert.equal(other.listMessageFiles('user', 'chat', 'm2').length, 1);
  });

  it('names a sidecar that cannot be read, and registers the others', async () => {
    const first = await fixture.open();
    const workspace = first.workspaceFor(keyOf('m1'));
    const [one, two] = [
      await writeAndKeep(first, workspace, 'a.txt', 'a'),
      await writeAndKeep(first, workspace, 'b.txt', 'b'),
    ];
    first[Symbol.dispose]();
    chmodSync(`${one.full_path}.json`, 0o600);
    writeFileSync(`${one.full_path}.json`, '{"id":');
    rmSync(fixture.data.registry);
    const second = await fixture.open();
    assert.deepEqual(
      second.listMessageFiles('user', 'chat', 'm1').map(({ id }) => id),
      [two.id],
    );
    assert.ok(fixture.warnings.some((text) => text.includes(basename(one.full_path))));
    assert.ok(existsSync(one.full_path));
  });

  it('refuses a database from a newer version and leaves it untouched', async () => {
    (await fixture.open())[Symbol.dispose]();
    const newer = new DatabaseSync(fixture.data.registry);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const before = { names: readdirSync(fixture.data.root), bytes: readFileSync(fixture.data.registry) };
    const path = fixture.data.registry;
    await assert.rejects(fixture.open(), (error) => {
      assert.ok(isCoded(error, 'registry.newer'));
      assert.deepEqual(error.detail, { path, found: 99, known: migrations.length });
      return true;
    });
    const after = { names: readdirSync(fixture.data.root), bytes: readFileSync(fixture.data.registry) };
    assert.deepEqual(after, before);
  });

  it('is private to the user', async () => {
    await fill(await fixture.open());
    const names = readdirSync(fixture.data.root).filter((name) => name.startsWith('registry.sqlite'));
    assert.ok(names.length > 0);
    for (const name of names) {
      assert.equal(statSync(join(fixture.data.root, name)).mode & 0o077, 0, name);
    }
  });

  it('is one database for processes that make it at the same time', async function () {
    this.timeout(60_000);
    const keepers = ['a', 'b', 'c'].map((name) => startKeeper(fixture.data.root, { name, rounds: 5, bytes: 10 }));
    assert.deepEqual(await Promise.all(keepers.map(({ ended }) => ended)), [0, 0, 0]);
    const registry = await fixture.open();
    assert.equal(registry.listWorkspaces().length, 15);
    assert.deepEqual([fixture.warnings, asideFiles()], [[], []]);
  });

  it('says that it cannot be written where the data folder is read-only', async function () {
    if (process.getuid?.() === 0) {
      skipBecause(this, 'nothing is read-only for root');
    }
    chmodSync(fixture.data.root, 0o500);
    try {
      await assert.rejects(fixture.open(), (error) => isCoded(error, 'data.notWritable'));
    } finally {
      chmodSync(fixture.data.root, 0o700);
    }
  });

  it('has SQLite in Node itself', async () => {
    assert.equal(typeof (await loadSqlite()).DatabaseSync, 'function');
  });
});
