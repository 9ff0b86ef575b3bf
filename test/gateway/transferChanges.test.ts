// Files that change while they travel, and transfers that are stopped at any point, on a real gateway: nothing mixed, nothing half.
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCoded } from '../../src/core/errors.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { seeded, seedOr } from '../support/random.ts';
import { contentIn, openScene, sha256Of, toPull, toPush, type TransferScene } from '../support/transfers.ts';
import { eventually } from '../support/processes.ts';

const mebi = 1 << 20;
const size = 24 * mebi;
const random = seeded(seedOr(40));

/** What happens to a file under everybody's hands. */
const changes: Readonly<Record<string, (path: string) => void>> = {
  truncate: (path) => {
    truncateSync(path, size / 2);
  },
  grow: (path) => {
    appendFileSync(path, 'more');
  },
  replace: (path) => {
    writeFileSync(`${path}.new`, Buffer.alloc(size, 'n'));
    renameSync(`${path}.new`, path);
  },
  'rewrite in place': (path) => {
    writeFileSync(path, Buffer.alloc(size, 'r'), { flag: 'r+' });
  },
};

describe('files that change while they travel', () => {
  let scene: TransferScene;
  let source: string;

  before(async () => {
    scene = await openScene(await testGateway());
    source = await temporaryFolder('source');
  });

  after(async () => {
    await scene.dispose();
  });

  beforeEach(async () => {
    await scene.transfer.clear();
  });

  for (const [what, change] of Object.entries(changes)) {
    it(`40: ${what}, on the kernel's side: it has changed, or comes whole as it was or is`, async () => {
      for (const known of [true, false]) {
        const content = random.bytes(size);
        const path = join(scene.folder, 'file');
        writeFileSync(path, content);
        const file = toPull('file', size);
        let left = random.below(5);
        const sink = {
          write: async (bytes: Uint8Array, offset: number): Promise<void> => {
            if (left-- === 0) {
              change(path);
            }
            await file.sink.write(bytes, offset);
          },
        };
        const [outcome] = await scene.transfer.pull([
          { ...file, sink, ...(known && { expectedSha256: sha256Of(content) }) },
        ]);
        if (outcome?.status === 'pulled') {
          const now = await contentIn(scene, 'file');
          assert.ok([sha256Of(content), sha256Of(now)].includes(sha256Of(file.content())), 'no mixed file');
          assert.equal(outcome.sha256, sha256Of(file.content()));
        } else {
          assert.ok(['changed', 'corrupt'].includes(outcome?.reason.code ?? ''), outcome?.reason.code);
        }
      }
    });

    it(`40: ${what}, on this side: no mixed file gets there`, async () => {
      const content = random.bytes(size);
      const file = toPush(source, what, content);
      let at = random.below(size);
      const onProgress = ({ bytes }: { readonly bytes: number }): void => {
        if (bytes >= at) {
          at = Infinity;
          change(file.sourcePath);
        }
      };
      const [outcome] = await scene.transfer.push([file], { onProgress });
      if (outcome?.status === 'pushed') {
        assert.equal(sha256Of(await contentIn(scene, file.path)), file.sha256);
      } else {
        assert.equal(outcome?.status === 'failed' && outcome.reason.code, 'changed');
        assert.deepEqual(readdirSync(scene.folder), []);
      }
    });
  }

  it('47: stopped at any point, either way, nothing half is left and the next transfer works', async () => {
    const content = random.bytes(size);
    const file = toPush(source, 'stopped', content);
    for (let round = 0; round < 6; round++) {
      const at = random.below(size);
      const controller = new AbortController();
      const options = {
        signal: controller.signal,
        onProgress: ({ bytes }: { readonly bytes: number }): void => {
          if (bytes >= at) {
            controller.abort();
          }
        },
      };
      const work =
        round % 2 === 0
          ? scene.transfer.push([file], options)
          : scene.transfer.pull([toPull('stopped', size)], options);
      await work.catch((error: unknown) => {
        assert.ok(isCoded(error, 'cancelled'), String(error));
      });
      await eventually('nothing half', () => readdirSync(scene.folder).every((name) => name === 'stopped'));
      assert.ok((await scene.transfer.push([file])).every(({ status }) => status !== 'failed'));
      assert.equal(sha256Of(await contentIn(scene, 'stopped')), file.sha256);
      if (round % 2 === 1) {
        await scene.transfer.clear();
      }
    }
  });

  it('45: of a view on a larger buffer exactly its bytes travel', async () => {
    const whole = Buffer.from('secretcontentsecret');
    const view = whole.subarray(6, 13);
    await scene.transfer.push([toPush(source, 'view', view)]);
    assert.equal((await contentIn(scene, 'view')).toString(), 'content');
  });
});
