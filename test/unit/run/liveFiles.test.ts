import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchRun, type LiveFile } from '../../../src/core/run/liveFiles.ts';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import { serializeSnapshot, takeSnapshot } from '../../../src/core/workspace/snapshot.ts';
import { temporaryFolder } from '../../support/places.ts';

describe('the files of a run under way', () => {
  it('are told as they come and change, without what was there before and what is never kept', async () => {
    const path = await temporaryFolder('live');
    const workspace: Workspace = { id: 1, key: { user: 'u', chatId: 'c', messageId: 'm' }, folder: 'm', path };
    writeFileSync(join(path, 'input.csv'), 'a');
    writeFileSync(join(path, 'log.txt'), 'a');
    const baseline = serializeSnapshot(await takeSnapshot(path));
    const end = new AbortController();
    const told: (readonly LiveFile[])[] = [];
    let wake: () => void = () => undefined;
    const next = async (): Promise<readonly LiveFile[] | undefined> => {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      return told.at(-1);
    };
    const watching = watchRun(
      { readBaseline: () => baseline },
      workspace,
      (files) => {
        told.push(files);
        wake();
      },
      { signal: end.signal, trackedTypes: null, pause: 10 },
    );
    writeFileSync(join(path, 'out.txt'), 'hello');
    writeFileSync(join(path, 'scratch.tmp'), 'x');
    assert.deepEqual(await next(), [{ relativePath: 'out.txt', size: 5, status: 'created' }]);
    writeFileSync(join(path, 'log.txt'), 'longer');
    assert.deepEqual(await next(), [
      { relativePath: 'log.txt', size: 6, status: 'modified' },
      { relativePath: 'out.txt', size: 5, status: 'created' },
    ]);
    end.abort();
    await watching;
  });
});
