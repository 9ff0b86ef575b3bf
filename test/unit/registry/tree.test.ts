import assert from 'node:assert/strict';
import type { Registry } from '../../../src/core/registry/registry.ts';
import { beginRun, createFixture, endRun, keyOf, writeAndKeep, type Fixture } from './fixture.ts';

describe('what a tree asks the registry', () => {
  let fixture: Fixture;
  let registry: Registry;
  beforeEach(async () => {
    fixture = createFixture();
    registry = await fixture.open();
  });
  afterEach(() => {
    fixture.dispose();
  });

  const changedSince = (mark: number): { messages: string[]; chats: string[] } => ({
    messages: registry.listWorkspaces({ user: 'user', changedAfter: mark }).map(({ key }) => key.messageId),
    chats: registry.changedChats('user', mark),
  });

  it('gives pages of chats, the latest used first, and of messages, the oldest first', () => {
    for (let number = 1; number <= 5; number++) {
      registry.workspaceFor(keyOf(`m${number}`, `chat${number}`));
      registry.workspaceFor(keyOf(`m${number}`, 'all'));
    }
    assert.equal(registry.countChats('user'), 6);
    const pages = [0, 2, 4].flatMap((from) => registry.listChats('user', { from, most: 2 }));
    assert.deepEqual(pages, registry.listChats('user'));
    assert.equal(pages.find(({ chat_id: id }) => id === 'all')?.messages, 5);
    assert.deepEqual(
      registry.listWorkspaces({ user: 'user', chatId: 'all', from: 1, most: 2 }).map(({ key }) => key.messageId),
      ['m2', 'm3'],
    );
  });

  it('names what changed since a count of changes, and nothing else', async () => {
    const one = registry.workspaceFor(keyOf('one', 'a'));
    registry.workspaceFor(keyOf('two', 'b'));
    const changes: (() => unknown)[] = [
      () => beginRun(registry, one),
      () => {
        endRun(registry, registry.listRuns(one.key).at(-1)?.runId ?? '');
      },
      () => writeAndKeep(registry, one, 'a.txt', 'a', registry.listRuns(one.key).at(-1)?.runId),
      () => {
        registry.markSeen('user', registry.listForTree(one)[0]?.id ?? '');
      },
      () => registry.trashFiles('user', [registry.listForTree(one)[0]?.id ?? ''], 'path'),
      () => registry.restoreFiles('user', [registry.listTrash('user')[0]?.id ?? '']),
      () => {
        registry.describeMessage(one.key, { label: 'Named' });
      },
      () => {
        registry.describeMessage(one.key, { chatTitle: 'Its chat' });
      },
      () => {
        registry.forgetFile('user', registry.listForTree(one)[0]?.id ?? '');
      },
    ];
    for (const change of changes) {
      const mark = registry.dataVersion();
      assert.deepEqual(changedSince(mark), { messages: [], chats: [] });
      await change();
      const { messages, chats } = changedSince(mark);
      assert.deepEqual(chats, ['a'], String(change));
      assert.ok(messages.every((message) => message === 'one'));
      assert.ok(registry.dataVersion() > mark);
    }
    assert.deepEqual(changedSince(0).messages, ['one', 'two']);
  });

  it('says what the last run made until it is opened, and what is modified', async () => {
    const workspace = registry.workspaceFor(keyOf('m'));
    const states = (): Record<string, boolean> =>
      Object.fromEntries(registry.listForTree(workspace).map(({ name, is_new }) => [name, is_new]));
    const first = beginRun(registry, workspace);
    const old = await writeAndKeep(registry, workspace, 'a.txt', 'a', first);
    await writeAndKeep(registry, workspace, 'b.txt', 'b', first);
    assert.deepEqual(states(), { 'a.txt': true, 'b.txt': true });
    registry.markSeen('user', old.id);
    registry.markSeen('another', old.id);
    assert.deepEqual(states(), { 'a.txt': false, 'b.txt': true });
    const second = beginRun(registry, workspace);
    assert.deepEqual(states(), { 'a.txt': false, 'b.txt': false });
    await writeAndKeep(registry, workspace, 'a.txt', 'again', second);
    assert.deepEqual(states(), { 'a.txt': true, 'b.txt': false });
    assert.deepEqual(
      registry.listForTree(workspace).map(({ path, versions }) => [path, versions]),
      [
        ['/mnt/data/a.txt', 2],
        ['/mnt/data/b.txt', 1],
      ],
    );
  });

  it('finds kept files by words of their path, message and chat', async () => {
    const workspace = registry.workspaceFor(keyOf('m', 'chat'));
    await writeAndKeep(registry, workspace, 'charts/sales_2025.png', 'a');
    await writeAndKeep(registry, workspace, 'charts/sales-2025.csv', 'b');
    const gone = await writeAndKeep(registry, workspace, 'sales.txt', 'c');
    registry.describeMessage(workspace.key, { label: 'How did we do' });
    registry.trashFiles('user', [gone.id], 'path');
    const found = (...words: string[]): string[] => registry.searchFiles('user', words, 10).map(({ name }) => name);
    assert.deepEqual(found('SALES', 'how'), ['sales-2025.csv', 'sales_2025.png']);
    assert.deepEqual(found('sales_'), ['sales_2025.png']);
    assert.deepEqual(found('sales', 'nothing'), []);
    assert.deepEqual(registry.searchFiles('another', [], 10), []);
    assert.equal(registry.searchFiles('user', [], 1).length, 1);
  });
});
