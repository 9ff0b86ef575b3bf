// What a hostile kernel's side of a transfer can answer, and that none of it costs more than was asked for.
import assert from 'node:assert/strict';
import { isCoded } from '../../../../src/core/errors.ts';
import { openChannel } from '../../../../src/core/kernel/transfer/channel.ts';
import { openTransfer } from '../../../../src/core/kernel/transfer/transfer.ts';
import type { KernelTransfer, PullFile } from '../../../../src/core/kernel/transfer/types.ts';
import { enveloped, fakeKernel, sha256Of, type Answering, type FakeKernel } from '../../../support/fakeKernel.ts';

const row = (path: string, more: readonly unknown[] = []): unknown[] => {
  const honest = [Buffer.from(path).toString('base64'), 'file', 1, '5', 1, 'a'.repeat(64)];
  return [...honest.slice(0, honest.length - more.length), ...more];
};
const mebi = 1 << 20;

interface Counted extends PullFile {
  readonly received: () => number;
}

const counted = (path: string, expectedSize: number): Counted => {
  let received = 0;
  const sink = {
    write: (bytes: Uint8Array) => {
      received += bytes.byteLength;
      return Promise.resolve();
    },
  };
  return { rawPath: Buffer.from(path), expectedSize, sink, received: () => received };
};

describe("a hostile kernel's answers", () => {
  const open = async (answer: Answering): Promise<{ kernel: FakeKernel; transfer: KernelTransfer }> => {
    const kernel = fakeKernel(answer);
    return { kernel, transfer: await openTransfer(kernel.session, '/there') };
  };

  it('E 48: a manifest of ten million rows is read up to its limit and no further', async () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => row(`f${index}`));
    let pages = 0;
    const { transfer } = await open(({ op }) => {
      if (op !== 'list') {
        return undefined;
      }
      pages++;
      return { said: { rows, more: pages < 5_000, truncated: false } };
    });
    const { entries, truncated } = await transfer.list({ hashes: false, limit: 20_000 });
    assert.deepEqual([entries.length, truncated, pages], [20_000, true, 10]);
  });

  it('E 48: names that would fill the memory end the manifest', async () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => row(`${index}`.padEnd(4_500, 'x')));
    let pages = 0;
    const { transfer } = await open(({ op }) => {
      if (op !== 'list') {
        return undefined;
      }
      pages++;
      return { said: { rows, more: true, truncated: false } };
    });
    const { truncated } = await transfer.list({ hashes: false, limit: 200_000 });
    assert.deepEqual([truncated, pages], [true, 6]);
  });

  it('E 48: pages of one row each end it too', async () => {
    let pages = 0;
    const { transfer } = await open(({ op }) =>
      op === 'list' ? { said: { rows: [row(`x${pages++}`)], more: true, truncated: false } } : undefined,
    );
    const { entries, truncated } = await transfer.list({ hashes: false, limit: 1e9 });
    assert.deepEqual([entries.length, truncated, pages], [10_001, true, 10_001]);
  });

  it('E 48: pages without a row that promise more end it too', async () => {
    const { transfer } = await open(({ op }) =>
      op === 'list' ? { said: { rows: [], more: true, truncated: false } } : undefined,
    );
    assert.deepEqual(await transfer.list({ hashes: false, limit: 10 }), { entries: [], truncated: false });
  });

  for (const [what, rows] of [
    ['sizes beyond 2^53', [row('x', [2 ** 53, '5', 1, null])]],
    ['negative sizes', [row('x', [-1, '5', 1, null])]],
    ['sizes that are no whole number', [row('x', [0.5, '5', 1, null])]],
    ['sizes that are text', [row('x', ['1', '5', 1, null])]],
    ['times without end', [row('x', ['9'.repeat(1_000), 1, null])]],
    ['kinds that nobody knows', [row('x', ['door', 1, '5', 1, null])]],
    ['hashes that are none', [row('x', ['../../etc/passwd'])]],
    ['paths longer than any', [row('x'.repeat(10_000))]],
    ['paths that are no base64', [['%%%', 'file', 1, '5', 1, null]]],
    ['rows with more in them', [[...row('x'), 'more']]],
    ['more rows than a page has', Array.from({ length: 2_001 }, () => row('x'))],
    ['no rows', null],
  ] as const) {
    it(`E 48: a manifest with ${what} is none`, async () => {
      const { transfer } = await open(({ op }) =>
        op === 'list' ? { said: { rows, more: false, truncated: false } } : undefined,
      );
      await assert.rejects(transfer.list({ hashes: true, limit: 10_000 }), (error) => isCoded(error, 'kernel.gone'));
    });
  }

  it('takes a size of 2^53 - 1 as it is', async () => {
    const rows = [row('x', [Number.MAX_SAFE_INTEGER, '5', 1, null])];
    const { transfer } = await open(({ op }) =>
      op === 'list' ? { said: { rows, more: false, truncated: false } } : undefined,
    );
    const { entries } = await transfer.list({ hashes: true, limit: 10 });
    assert.equal(entries[0]?.size, Number.MAX_SAFE_INTEGER);
  });

  it('E 48: no more bytes of a large file are taken than were asked for', async () => {
    const size = 10 * mebi;
    for (const extra of [1, -1, 20 * mebi]) {
      const { transfer } = await open(({ op, length }) => {
        if (op === 'read') {
          return { said: { size }, bytes: Buffer.alloc(Number(length) + extra) };
        }
        return op === 'abandon' ? { said: {} } : undefined;
      });
      const file = counted('large', size);
      const [outcome] = await transfer.pull([file]);
      assert.equal(outcome?.status === 'failed' && outcome.reason.code, 'changed');
      assert.equal(file.received(), 0);
    }
  });

  it('E 48: the facts at the end of a large file are those of its bytes, or it has not come', async () => {
    const size = 5 * mebi;
    const content = Buffer.alloc(size);
    const sha256 = sha256Of(content);
    for (const facts of [
      { size, sha256: 'b'.repeat(64), mtimeNs: '1' },
      { size: Number.MAX_SAFE_INTEGER, sha256, mtimeNs: '1' },
      { size: size - 1, sha256, mtimeNs: '1' },
    ]) {
      const { transfer, kernel } = await open(({ op, offset, length }) => {
        if (op === 'read') {
          return { said: { size }, bytes: content.subarray(Number(offset), Number(offset) + Number(length)) };
        }
        return op === 'end' ? { said: facts } : op === 'abandon' ? { said: {} } : undefined;
      });
      const [outcome] = await transfer.pull([counted('large', size)]);
      assert.equal(outcome?.status === 'failed' && outcome.reason.code, 'corrupt');
      assert.equal(kernel.asked.filter(({ op }) => op === 'end').length, 2, 'it is tried twice, not for ever');
    }
  });

  it('E 48: small files whose facts, counts or bytes are lies have not come; the others have', async () => {
    const good = Buffer.from('good');
    const honest = { size: 4, sha256: sha256Of(good), mtimeNs: '1' };
    const files = [counted('good', 4), counted('lie', 4), counted('missing', 4)];
    for (const [results, bytes] of [
      [[honest, { ...honest, size: 3 }], good],
      [[honest, { ...honest, size: Number.MAX_SAFE_INTEGER }], Buffer.concat([good, good])],
      [[honest, { ...honest, sha256: 'c'.repeat(64) }], Buffer.concat([good, good])],
      [[honest, { error: { code: 'no such code', detail: 'x'.repeat(1e6) } }], good],
    ] as const) {
      const { transfer } = await open(({ op }) =>
        op === 'pullMany'
          ? { said: { results }, bytes }
          : op === 'hello' || op === 'ping'
            ? undefined
            : { said: { error: { code: 'missing', detail: '' } } },
      );
      const outcomes = await transfer.pull(files);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['pulled', 'failed', 'failed'],
      );
      assert.ok(JSON.stringify(outcomes, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)).length < 1e4);
    }
  });

  it('what nobody asked for, what comes twice and what is damaged has no effect', async () => {
    const { transfer, kernel } = await open(({ op, id }) => {
      if (op !== 'list') {
        return undefined;
      }
      const page = { rows: [row('x')], more: false, truncated: false };
      kernel.say(null);
      kernel.say({ text: '{', sum: sha256Of('{').slice(0, 16) });
      kernel.say({ ...enveloped({ id, rows: [], more: false, truncated: false }), sum: '0'.repeat(16) });
      kernel.say(enveloped({ id: id + 1_000, rows: [] }));
      kernel.say(enveloped({ id, ...page }));
      kernel.say(enveloped({ id, rows: [], more: false, truncated: false }));
      return { said: page };
    });
    const { entries } = await transfer.list({ hashes: false, limit: 10 });
    assert.deepEqual(
      entries.map(({ rawPath }) => Buffer.from(rawPath).toString()),
      ['x'],
    );
  });

  it('that never come are given up with the kernel, and when it closes the way', async () => {
    const { transfer, kernel } = await open(({ op }) => {
      if (op === 'list') {
        kernel.close();
      }
      return undefined;
    });
    await assert.rejects(transfer.list({ hashes: false, limit: 10 }), (error) => isCoded(error, 'kernel.gone'));
    await assert.rejects(transfer.clear(), (error) => isCoded(error, 'kernel.gone'));
  });

  it('that never come although the kernel lives are given up: its side of the transfer is not there any more', async () => {
    const { session, asked } = fakeKernel(() => undefined, true);
    const channel = openChannel(session, 'any', { silence: 10, busySilence: 100 });
    await assert.rejects(channel.request('list', {}), (error) => isCoded(error, 'transfer.unavailable'));
    assert.ok(asked.filter(({ op }) => op === 'ping').length > 1, 'asked more than once');
    channel.dispose();
  });

  it('a kernel that greets with other bytes gets no file', async () => {
    await assert.rejects(
      open(({ op }, bytes) => (op === 'hello' ? { said: { sha256: sha256Of('x'), freeBytes: 1 }, bytes } : undefined)),
      (error) => isCoded(error, 'transfer.unavailable'),
    );
  });
});
