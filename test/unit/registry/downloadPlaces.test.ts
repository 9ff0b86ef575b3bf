import assert from 'node:assert/strict';
import { downloadPlaces, nameFromWords, numberedName } from '../../../src/core/registry/downloadPlaces.ts';
import { createFixture, keyOf, writeAndKeep, type Fixture } from './fixture.ts';

describe('where downloaded files go', () => {
  let fixture: Fixture;

  beforeEach(() => {
    fixture = createFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('keeps the folders of one message, and numbers versions of one path', async () => {
    const registry = await fixture.open();
    const message = registry.workspaceFor(keyOf('m'));
    const first = await writeAndKeep(registry, message, 'a.csv', '1');
    const second = await writeAndKeep(registry, message, 'a.csv', '2');
    const below = await writeAndKeep(registry, message, 'sub/a.csv', '3');
    const places = downloadPlaces(registry, 'user', [second.id, first.id, below.id, below.id]);
    assert.deepEqual(
      places.map(({ file, place }) => [file.id, place]),
      [
        [second.id, 'a.csv'],
        [first.id, 'a (2).csv'],
        [below.id, 'sub/a.csv'],
      ],
    );
  });

  it('gives each of several messages a folder with its title, whatever the title is', async () => {
    const registry = await fixture.open();
    const ids: string[] = [];
    for (const [messageId, label] of [
      ['m1', 'Sales: 2024/25?'],
      ['m2', 'sales 2024 25'],
      ['m3', '../..'],
    ] as const) {
      const message = registry.workspaceFor(keyOf(messageId));
      registry.describeMessage(message.key, { label });
      ids.push((await writeAndKeep(registry, message, 'a.csv', messageId)).id);
    }
    assert.deepEqual(
      downloadPlaces(registry, 'user', ids).map(({ place }) => place),
      ['Sales 2024 25/a.csv', 'sales 2024 25 m2/a.csv', 'm3/a.csv'],
    );
  });

  it('makes names of words, and numbers names before their extension', () => {
    assert.equal(nameFromWords('  a\tb. '), 'a b');
    assert.equal(nameFromWords('..'), '');
    assert.equal(numberedName('x.y/.bashrc', 2), 'x.y/.bashrc (2)');
    assert.equal(numberedName('x.y/a.tar.gz', 3), 'x.y/a.tar (3).gz');
  });
});
