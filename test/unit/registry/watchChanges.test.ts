import assert from 'node:assert/strict';
import { watchChanges } from '../../../src/core/registry/watchChanges.ts';
import { createFixture, keyOf } from './fixture.ts';

describe('the watch on the registry', () => {
  it('tells what another connection wrote, and nothing after it was closed', async () => {
    const fixture = createFixture();
    try {
      const registry = await fixture.open();
      const other = await fixture.open();
      const mark = registry.dataVersion();
      let writes = 0;
      const told = new Promise<void>((resolve) => {
        const watch = watchChanges(fixture.data, () => {
          writes += 1;
          if (registry.dataVersion() > mark) {
            resolve(watch.close());
          }
        });
      });
      let number = 0;
      // The watch is set up in its own time; the first writes may come before it.
      const writing = setInterval(() => other.workspaceFor(keyOf(`m${++number}`)), 20);
      await told;
      clearInterval(writing);
      const before = writes;
      other.workspaceFor(keyOf('after'));
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(writes, before);
    } finally {
      fixture.dispose();
    }
  });
});
