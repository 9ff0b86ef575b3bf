// A transfer that nobody answers is given up; one that is stopped, or only slow, is not taken for it.
import assert from 'node:assert/strict';
import { orCancelled } from '../../../src/core/async.ts';
import { isCoded } from '../../../src/core/errors.ts';
import type { TransferOptions } from '../../../src/core/kernel/transfer/types.ts';
import { unlessSilent } from '../../../src/core/run/channel/stall.ts';

const progress = { bytes: 0, totalBytes: 0, files: 0, totalFiles: 0 };
const never = ({ signal }: TransferOptions): Promise<never> =>
  orCancelled(Promise.withResolvers<never>().promise, signal);

describe('a silent transfer', () => {
  it('is given up when it waits for too long', async () => {
    const work = (options: TransferOptions): Promise<never> => {
      options.onProgress?.({ ...progress, waiting: true });
      return never(options);
    };
    await assert.rejects(unlessSilent({}, work, 1), (error) => isCoded(error, 'transfer.unavailable'));
  });

  it('is cancelled by its own signal, as such', async () => {
    const stop = new AbortController();
    const stopped = unlessSilent({ signal: stop.signal }, never, 1);
    stop.abort();
    await assert.rejects(stopped, (error) => isCoded(error, 'cancelled'));
  });

  it('goes on when it was heard of again', async () => {
    const told: boolean[] = [];
    const done = await unlessSilent(
      { onProgress: ({ waiting }) => told.push(waiting) },
      (options) => {
        options.onProgress?.({ ...progress, waiting: true });
        options.onProgress?.({ ...progress, waiting: false });
        return Promise.resolve('done');
      },
      1,
    );
    assert.deepEqual([done, told], ['done', [true, false]]);
  });
});
