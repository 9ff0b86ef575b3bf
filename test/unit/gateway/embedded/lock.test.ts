// The lock between processes: one at a time, let go of however its holder ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, it } from 'mocha';
import { deferred } from '../../../../src/core/async.ts';
import { isCoded } from '../../../../src/core/errors.ts';
import { withLock } from '../../../../src/core/gateway/embedded/lock.ts';
import { temporaryFolder } from '../../../support/places.ts';

describe('the lock', () => {
  let path: string;

  beforeEach(async () => {
    path = join(await temporaryFolder('lock'), 'a.lock');
  });

  it('lets one in after the other, also in one process', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: 4 }, () => withLock(path, 10_000, undefined, work)));
    assert.equal(most, 1);
  });

  it('is free again after work that threw, and gives its error', async () => {
    await assert.rejects(
      withLock(path, 1_000, undefined, () => Promise.reject(new RangeError('mine'))),
      /mine/,
    );
    assert.equal(await withLock(path, 1_000, undefined, () => Promise.resolve('in')), 'in');
  });

  it('ends the wait at its bound, and when it is cancelled', async () => {
    const release = deferred<undefined>();
    const holding = withLock(path, 1_000, undefined, () => release.promise);
    const never = (): Promise<never> => Promise.reject(new Error('two hold it'));
    await assert.rejects(
      withLock(path, 0, undefined, never),
      (error) => isCoded(error, 'embedded.busy') && error.detail.lock === path,
    );
    const controller = new AbortController();
    const waiting = withLock(path, 60_000, controller.signal, never);
    controller.abort();
    await assert.rejects(waiting, (error) => isCoded(error, 'cancelled'));
    release.resolve(undefined);
    await holding;
  });

  it('is let go of by a process that is killed', async () => {
    const script = `
import { withLock } from '${new URL('../../../../src/core/gateway/embedded/lock.ts', import.meta.url).href}';
await withLock(${JSON.stringify(path)}, 1000, undefined, () => {
  console.log('held');
  return new Promise((resolve) => setTimeout(resolve, 60_000));
});
`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: holder.stdout }), 'line');
    try {
      await assert.rejects(
        withLock(path, 0, undefined, () => Promise.resolve()),
        (error) => isCoded(error, 'embedded.busy'),
      );
    } finally {
      holder.kill('SIGKILL');
    }
    assert.equal(await withLock(path, 10_000, undefined, () => Promise.resolve('in')), 'in');
  });
});
