// Files through a bad network: no wrong byte, nothing half, and little sent twice. The numbers are those of the list of faults.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { isCoded } from '../../src/core/errors.ts';
import { windowBytes } from '../../src/core/kernel/transfer/batches.ts';
import type { PullOutcome, TransferProgress } from '../../src/core/kernel/transfer/types.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { startFaultProxy, type FaultProxy } from '../support/faultProxy.ts';
import { temporaryFolder } from '../support/places.ts';
import { contentIn, openScene, sha256Of, toPull, toPush, type TransferScene } from '../support/transfers.ts';

const mebi = 1 << 20;
const size = 30 * mebi;

describe('files through a connection that fails', () => {
  let proxy: FaultProxy;
  let scene: TransferScene;
  let source: string;

  before(async () => {
    const { connection, data } = await testGateway();
    proxy = await startFaultProxy(connection.baseUrl);
    scene = await openScene({ connection: { ...connection, baseUrl: proxy.url }, data });
    source = await temporaryFolder('source');
  });

  after(async () => {
    await scene.dispose();
    await proxy.close();
  });

  /** Acts once, when so many bytes of a transfer are done. */
  const at =
    (bytes: number, act: () => void): ((progress: TransferProgress) => void) =>
    (progress) => {
      if (bytes >= 0 && progress.bytes >= bytes) {
        bytes = -1;
        act();
      }
    };

  const shaOf = (outcome: PullOutcome | undefined): string =>
    outcome?.status === 'pulled' ? outcome.sha256 : `failed: ${outcome?.reason.code ?? ''}`;

  for (const offset of [1, 7 * mebi, 22 * mebi]) {
    it(`36: cut after ${offset} bytes, both ways: goes on where it was`, async () => {
      const content = randomBytes(size);
      const file = toPush(source, `cut-${offset}`, content);
      const before = proxy.passed.toServer;
      const onProgress = at(offset, () => {
        proxy.cutOnce();
      });
      assert.deepEqual(await scene.transfer.push([file], { onProgress }), [{ status: 'pushed' }]);
      assert.equal(sha256Of(await contentIn(scene, file.path)), file.sha256);
      const sentTwice = proxy.passed.toServer - before - size;
      assert.ok(sentTwice < windowBytes + mebi, `${sentTwice} bytes were sent twice`);
      const pull = toPull(file.path, size);
      const cut = at(offset, () => {
        proxy.cutOnce();
      });
      const [outcome] = await scene.transfer.pull([pull], { onProgress: cut });
      assert.equal(shaOf(outcome), file.sha256);
      assert.equal(sha256Of(pull.content()), file.sha256);
    });
  }

  it('36: silent in the midst: found out, and gone on with once the network is back', async () => {
    const file = toPush(source, 'half-open', randomBytes(size));
    const onProgress = at(9 * mebi, () => {
      proxy.halfOpen();
      setTimeout(() => {
        proxy.restore();
      }, 3_000);
    });
    assert.deepEqual(await scene.transfer.push([file], { onProgress }), [{ status: 'pushed' }]);
    assert.equal(sha256Of(await contentIn(scene, file.path)), file.sha256);
  });

  it('37: a bit that flips on the way is found and sent again', async () => {
    const file = toPush(source, 'flipped', randomBytes(size));
    proxy.flip('toServer', 11 * mebi);
    assert.deepEqual(await scene.transfer.push([file]), [{ status: 'pushed' }]);
    assert.equal(sha256Of(await contentIn(scene, file.path)), file.sha256);
    const pull = toPull(file.path, size);
    proxy.flip('toClient', 11 * mebi);
    const [outcome] = await scene.transfer.pull([pull]);
    assert.equal(shaOf(outcome), file.sha256);
    assert.equal(sha256Of(pull.content()), file.sha256);
  });

  it('37: also among many small files', async () => {
    const files = Array.from({ length: 300 }, (_, index) => toPush(source, `small/${index}`, randomBytes(10_000)));
    proxy.flip('toServer', mebi);
    const pushed = await scene.transfer.push(files);
    assert.ok(pushed.every(({ status }) => status === 'pushed'));
    const pulls = files.map(({ path }) => toPull(path, 10_000));
    proxy.flip('toClient', mebi);
    const pulled = await scene.transfer.pull(pulls);
    assert.deepEqual(
      pulled.map(shaOf),
      files.map(({ sha256 }) => sha256),
    );
    assert.deepEqual(
      pulls.map((pull) => sha256Of(pull.content())),
      files.map(({ sha256 }) => sha256),
    );
  });

  it('18: a kernel that dies in the midst ends it with a word for that', async () => {
    const { connection, data } = await testGateway();
    const own = await openScene({ connection: { ...connection, baseUrl: proxy.url }, data });
    try {
      // More than a window: what had not been sent when the kernel died can't have arrived.
      const file = toPush(source, 'lost', randomBytes(3 * windowBytes));
      const pid = Number(await own.kernel.run('import os; print(os.getpid())'));
      const onProgress = at(mebi, () => {
        process.kill(pid, 'SIGKILL');
      });
      await assert.rejects(own.transfer.push([file], { onProgress }), (error) => isCoded(error, 'kernel.gone'));
    } finally {
      await own.dispose();
    }
  });

  it('36: a network that stays away ends it within its bound', async () => {
    const { connection, data } = await testGateway();
    const ownProxy = await startFaultProxy(connection.baseUrl);
    const own = await openScene({ connection: { ...connection, baseUrl: ownProxy.url }, data });
    const file = toPush(source, 'away', randomBytes(3 * windowBytes));
    const onProgress = at(mebi, () => {
      ownProxy.cut();
    });
    await assert.rejects(own.transfer.push([file], { onProgress }), (error) => isCoded(error, 'kernel.gone'));
    ownProxy.restore();
    await own.dispose();
    await ownProxy.close();
    // More than a window was not sent: nothing of it is there, whole or half.
    assert.deepEqual(readdirSync(own.folder), []);
  });
});
