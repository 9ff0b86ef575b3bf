import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { isCoded } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { createAttachments } from '../../../src/core/registry/attachments.ts';
import { createChanges } from '../../../src/core/registry/changes.ts';
import { createContentStore, type ContentStore } from '../../../src/core/registry/contentStore.ts';
import { createFiles } from '../../../src/core/registry/files.ts';
import { keepFile } from '../../../src/core/registry/keepFile.ts';
import { openDatabase } from '../../../src/core/registry/openDatabase.ts';
import { thisProcess } from '../../../src/core/registry/processIdentity.ts';
import { createRuns } from '../../../src/core/registry/runs.ts';
import { createWorkspaces } from '../../../src/core/registry/workspaces.ts';
import { createFixture, keyOf, toKeep, writeAndKeep, type Fixture } from './fixture.ts';
import { checkConsistent, saidKept, startKeeper } from './keepers.ts';

/** How often a process is killed; a soak sets more. */
const kills = Number(process.env['CODE_INTERPRETER_TEST_KILLS'] ?? 20);

describe('the registry through crashes', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = createFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it(`loses nothing that was kept when its processes are killed ${kills} times`, async function () {
    this.timeout(60_000 + kills * 5000);
    const lines: string[] = [];
    const lastWords = new Set<string | undefined>();
    for (let kill = 0; kill < kills; kill += 1) {
      const keeper = startKeeper(fixture.data.root, { name: `k${kill % 4}`, rounds: 100_000, bytes: 50_000 });
      await keeper.started;
      await setTimeout(randomInt(40));
      keeper.child.kill('SIGKILL');
      assert.equal(await keeper.ended, null);
      lines.push(...keeper.lines);
      lastWords.add(keeper.lines.at(-1));
    }
    const said = saidKept(lines);
    assert.ok(said.size > 0);
    (await fixture.open())[Symbol.dispose]();
    const found = checkConsistent(fixture.data);
    // What a process said last it may have begun to forget.
    assert.deepEqual(
      [...said].filter((id) => !found.has(id) && !lastWords.has(`kept ${id}`)),
      [],
    );
    assert.deepEqual(fixture.warnings, []);
  });

  it('takes the runs and files of four processes at once', async function () {
    this.timeout(120_000);
    const keepers = ['a', 'b', 'c', 'd'].map((name) =>
      startKeeper(fixture.data.root, { name, rounds: 60, bytes: 2000 }),
    );
    assert.deepEqual(await Promise.all(keepers.map(({ ended }) => ended)), [0, 0, 0, 0]);
    const lines = keepers.flatMap((keeper) => keeper.lines);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('failed')),
      [],
    );
    assert.equal(lines.filter((line) => line.startsWith('kept')).length, 240);
    assert.deepEqual(checkConsistent(fixture.data), saidKept(lines));
    const registry = await fixture.open();
    assert.deepEqual(registry.unfinishedRuns(), []);
    assert.equal(registry.listWorkspaces().length, 28);
  });

  const dead = { ...thisProcess(), pid: 0x7ffffff0, start: null };

  /** Keeps a file in a process that ends at one point of the way, leaving all as it is there. */
  const keepUntil = async (end: (store: ContentStore) => Partial<ContentStore>): Promise<void> => {
    const { database } = await openDatabase(fixture.data, silentLog, () => Promise.resolve());
    const changes = createChanges(database);
    const store = createContentStore(fixture.data);
    const workspace = createWorkspaces(database, changes, fixture.data).workspaceFor(keyOf('m1'));
    createRuns(database, changes).beginRun({
      runId: 'r1',
      workspace,
      code: 'the code',
      language: 'python',
      kernelName: 'python3',
      startedAt: 1000,
    });
    writeFileSync(join(workspace.path, 'a.txt'), 'one');
    const stays = { remove: () => assert.fail('no more'), discard: () => Promise.resolve() };
    const services = {
      database,
      changes,
      data: fixture.data,
      process: dead,
      store: { ...store, ...stays, ...end(store) },
    };
    await assert.rejects(keepFile(services, toKeep(workspace, 'r1', 'a.txt')));
    database.close();
  };
  const ended = (): never => assert.fail('the process ends here');
  const sidecars = (): string[] => readdirSync(fixture.data.generated).filter((name) => name.endsWith('.json'));

  it('removes a file whose process ended after its reservation', async () => {
    await keepUntil(() => ({ place: ended }));
    const registry = await fixture.open();
    assert.deepEqual(registry.listMessageFiles('user', 'chat', 'm1'), []);
    assert.deepEqual(checkConsistent(fixture.data), new Set());
  });

  it('removes a file whose process ended between its sidecar and its content', async () => {
    await keepUntil((store) => ({ place: (_, sidecar) => store.writeSidecar(sidecar).then(ended) }));
    assert.equal(sidecars().length, 1);
    await fixture.open();
    assert.deepEqual(checkConsistent(fixture.data), new Set());
  });

  it('registers a file whose process ended before its row', async () => {
    await keepUntil((store) => ({ place: (staged, sidecar) => store.place(staged, sidecar).then(ended) }));
    const registry = await fixture.open();
    const [file] = registry.listMessageFiles('user', 'chat', 'm1');
    assert.ok(file);
    await registry.verifyContent('user', file.id);
    assert.equal(registry.getGeneratedFile('user', file.id).run_id, 'r1');
    assert.equal(registry.getRun('user', 'r1')?.endedAt, null);
    assert.deepEqual(checkConsistent(fixture.data), new Set([file.id]));
  });

  it('leaves alone what a living process is at', async () => {
    await keepUntil((store) => ({ place: (staged, sidecar) => store.place(staged, sidecar).then(ended) }));
    const { host, pid, start } = thisProcess();
    const database = new DatabaseSync(fixture.data.registry);
    database.prepare('UPDATE pending SET host = ?, pid = ?, process_start = ?').run(host, pid, start);
    database.close();
    const registry = await fixture.open();
    assert.deepEqual(registry.listMessageFiles('user', 'chat', 'm1'), []);
    assert.equal(sidecars().length, 1);
  });

  it('does not bring back a file whose process ended while it forgot it', async () => {
    const registry = await fixture.open();
    const file = await writeAndKeep(registry, registry.workspaceFor(keyOf('m1')), 'a.txt', 'one');
    registry[Symbol.dispose]();
    const { database } = await openDatabase(fixture.data, silentLog, () => Promise.resolve());
    const changes = createChanges(database);
    const store = { ...createContentStore(fixture.data), remove: ended };
    const services = { database, changes, data: fixture.data, process: dead, store };
    assert.throws(() => {
      createFiles(services, createAttachments(database, changes)).forgetFile('user', file.id);
    });
    database.close();
    assert.equal(sidecars().length, 1);
    const again = await fixture.open();
    assert.throws(
      () => again.getGeneratedFile('user', file.id),
      (error) => isCoded(error, 'file.notFound'),
    );
    assert.deepEqual(checkConsistent(fixture.data), new Set());
  });

  it('registers a kept file again when the database lost its row, with its run', async () => {
    const first = await fixture.open();
    const workspace = first.workspaceFor(keyOf('m1'));
    await writeAndKeep(first, workspace, 'a.txt', 'one');
    first[Symbol.dispose]();
    copyFileSync(fixture.data.registry, `${fixture.data.registry}.copy`);
    const second = await fixture.open();
    const file = await writeAndKeep(second, workspace, 'a.txt', 'two');
    second[Symbol.dispose]();
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(fixture.data.registry + suffix, { force: true });
    }
    copyFileSync(`${fixture.data.registry}.copy`, fixture.data.registry);
    const third = await fixture.open();
    assert.deepEqual(third.getGeneratedFile('user', file.id), file);
    assert.deepEqual(
      third.listMessageFiles('user', 'chat', 'm1').map(({ id }) => id),
      [file.id],
    );
    assert.equal(third.getRun('user', file.run_id)?.code, 'print(1)');
    assert.equal(third.listVersions('user', file.id).length, 2);
    assert.deepEqual(
      third.unfinishedRuns().filter(({ runId }) => runId === file.run_id),
      [],
    );
    checkConsistent(fixture.data);
  });
});
