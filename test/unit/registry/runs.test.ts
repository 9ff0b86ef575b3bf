import assert from 'node:assert/strict';
import { isCoded } from '../../../src/core/errors.ts';
import type { Registry } from '../../../src/core/registry/registry.ts';
import { beginRun, createFixture, endRun, keyOf, type Fixture } from './fixture.ts';

const record = {
  sourcePath: '/home/u/sales.xlsx',
  realPath: '/home/u/real/sales.xlsx',
  name: 'sales.xlsx',
  relativePath: 'sales.xlsx',
  size: 3,
  sha256: 'a'.repeat(64),
  sourceStamp: '1',
  copyStamp: '2',
};

describe('runs', () => {
  let fixture: Fixture;
  let registry: Registry;
  beforeEach(async () => {
    fixture = createFixture();
    registry = await fixture.open();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('are told with all that is known of them, to their owner', () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    registry.beginRun({
      runId: 'r1',
      workspace,
      code: "x = '\u0000é🙂'",
      language: 'python',
      kernelName: 'py',
      startedAt: 1000,
    });
    registry.recordInputs('r1', [
      { path: 'b.csv', sha256: 'b' },
      { path: 'a.csv', sha256: 'a' },
    ]);
    registry.recordInputs('r1', [{ path: 'b.csv', sha256: 'c' }]);
    registry.endRun('r1', {
      status: 'timeout',
      endedAt: 3000,
      durationMs: 1999.5,
      grounding: 'translated',
      reach: 'channel',
      resultJson: '{"a":"\\ud800"}',
    });
    assert.deepEqual(registry.getRun('user', 'r1'), {
      runId: 'r1',
      key: workspace.key,
      code: "x = '\u0000é🙂'",
      language: 'python',
      kernelName: 'py',
      startedAt: 1000,
      endedAt: 3000,
      status: 'timeout',
      durationMs: 1999.5,
      grounding: 'translated',
      reach: 'channel',
      resultJson: '{"a":"\\ud800"}',
      inputs: [
        { path: 'a.csv', sha256: 'a' },
        { path: 'b.csv', sha256: 'c' },
      ],
    });
    assert.equal(registry.getRun('other', 'r1'), undefined);
    assert.equal(registry.getRun('user', 'r2'), undefined);
  });

  it('are listed by message, oldest first, and only of that user, chat and message', () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const runs = [beginRun(registry, workspace), beginRun(registry, workspace)];
    for (const key of [keyOf('m2'), keyOf('m1', 'chat2'), keyOf('m1', 'chat', 'other')]) {
      beginRun(registry, registry.workspaceFor(key));
    }
    assert.deepEqual(
      registry.listRuns(keyOf('m1')).map(({ runId }) => runId),
      runs,
    );
    assert.equal(registry.listRuns(keyOf('m1', 'chat', 'other')).length, 1);
    assert.deepEqual(registry.listRuns(keyOf('m3')), []);
  });

  it('are unfinished until they end', async () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const [done, open] = [beginRun(registry, workspace), beginRun(registry, workspace)];
    endRun(registry, done);
    const other = await fixture.open();
    assert.deepEqual(
      other.unfinishedRuns().map(({ runId, status }) => [runId, status]),
      [[open, null]],
    );
  });

  it('have an id that is used once', () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const runId = beginRun(registry, workspace);
    const again = { runId, workspace, code: '', language: '', kernelName: '', startedAt: 0 };
    assert.throws(
      () => {
        registry.beginRun(again);
      },
      (error) => isCoded(error, 'registry.failed'),
    );
    assert.equal(registry.listRuns(workspace.key).length, 1);
  });

  it('end at most once in the list, and unknown ones not at all', () => {
    const workspace = registry.workspaceFor(keyOf('m1'));
    const runId = beginRun(registry, workspace);
    endRun(registry, runId, '{"n":1}');
    endRun(registry, runId, '{"n":2}');
    endRun(registry, 'unknown');
    assert.equal(registry.getRun('user', runId)?.resultJson, '{"n":2}');
    assert.equal(registry.getRun('user', 'unknown'), undefined);
  });
});

describe('baselines', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = createFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('are what was written last, for each workspace', async () => {
    const registry = await fixture.open();
    const [one, two] = [registry.workspaceFor(keyOf('m1')), registry.workspaceFor(keyOf('m2'))];
    assert.equal(registry.readBaseline(one), undefined);
    registry.writeBaseline(one, '{"a":1}');
    registry.writeBaseline(one, '{"a":2}');
    registry.writeBaseline(one, '{"a":2}');
    registry.writeBaseline(two, '[]');
    const other = await fixture.open();
    assert.equal(other.readBaseline(one), '{"a":2}');
    assert.equal(other.readBaseline(two), '[]');
  });
});

describe('attachments in the registry', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = createFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('are remembered by file and name, as prepared last', async () => {
    const registry = await fixture.open();
    const workspace = registry.workspaceFor(keyOf('m1'));
    registry.recordAttachment(workspace, { ...record, way: 'copy' });
    registry.recordAttachment(workspace, {
      ...record,
      realPath: '/other/sales.xlsx',
      relativePath: 'sales-2.xlsx',
      way: 'copy',
    });
    registry.recordAttachment(workspace, {
      ...record,
      relativePath: 'sales-3.xlsx',
      sha256: 'b'.repeat(64),
      way: 'reflink',
    });
    const listed = registry.listAttachments(workspace);
    assert.deepEqual(
      listed.map(({ record: { relativePath }, way }) => [relativePath, way]),
      [
        ['sales-3.xlsx', 'reflink'],
        ['sales-2.xlsx', 'copy'],
      ],
    );
    assert.deepEqual(listed[0]?.record, { ...record, relativePath: 'sales-3.xlsx', sha256: 'b'.repeat(64) });
    assert.deepEqual(registry.listAttachments(registry.workspaceFor(keyOf('m2'))), []);
  });

  it('are forbidden as generated files to their owner, and not there for others', async () => {
    const registry = await fixture.open();
    const workspace = registry.workspaceFor(keyOf('m1'));
    registry.recordAttachment(workspace, { ...record, way: 'copy' });
    const id = registry.listAttachments(workspace)[0]?.id ?? '';
    assert.match(id, /^attachment_m1_/);
    assert.throws(
      () => registry.getGeneratedFile('user', id),
      (error) => isCoded(error, 'file.forbidden'),
    );
    assert.throws(
      () => registry.openContent('user', id),
      (error) => isCoded(error, 'file.forbidden'),
    );
    assert.throws(
      () => registry.getGeneratedFile('other', id),
      (error) => isCoded(error, 'file.notFound'),
    );
  });
});
