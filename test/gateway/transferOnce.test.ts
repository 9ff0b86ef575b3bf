// Bytes are hashed once on each side and written behind: what is wrong with them is found all the same.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLanding } from '../../src/core/workspace/landing/landing.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { contentIn, openScene, sha256Of, toPull, toPush, type TransferScene } from '../support/transfers.ts';

const mebi = 1 << 20;

describe('files that are hashed once', () => {
  let scene: TransferScene;
  let source: string;

  before(async () => {
    scene = await openScene(await testGateway());
    source = await temporaryFolder('source');
  });
  afterEach(() => scene.transfer.clear());
  after(() => scene.dispose());

  it('40: a source that has other bytes of the same number is not sent', async () => {
    const file = toPush(source, 'large', randomBytes(9 * mebi));
    writeFileSync(file.sourcePath, randomBytes(9 * mebi));
    const [outcome] = await scene.transfer.push([file]);
    assert.deepEqual(outcome, { status: 'failed', reason: { code: 'changed', detail: '' } });
    assert.deepEqual(readdirSync(scene.folder), []);
  });

  it('a file that was written anew since it was listed arrives as it is now', async () => {
    const content = randomBytes(9 * mebi);
    writeFileSync(join(scene.folder, 'anew'), content);
    const pull = toPull('anew', content.length);
    const [outcome] = await scene.transfer.pull([{ ...pull, expectedSha256: '0'.repeat(64) }]);
    assert.equal(outcome?.status === 'pulled' && outcome.sha256, sha256Of(content));
    assert.ok(pull.content().equals(content));
  });

  it('a sink that hashes finds what is not what was listed', async () => {
    const content = randomBytes(70 * mebi);
    writeFileSync(join(scene.folder, 'landed'), content);
    const workspace = await temporaryFolder('landing');
    const landing = openLanding(workspace);
    const file = landing.begin('landed', content.length);
    const [outcome] = await scene.transfer.pull([
      { rawPath: Buffer.from('landed'), expectedSize: content.length, expectedSha256: sha256Of(content), sink: file },
    ]);
    assert.ok(outcome?.status === 'pulled');
    assert.equal(file.sha256(), sha256Of(content));
    const { size, mtimeNs } = outcome;
    await assert.rejects(file.finish({ size, mtimeNs, sha256: '0'.repeat(64) }), { code: 'corrupt' });
    await landing.close();
    assert.deepEqual(readdirSync(workspace), []);
  });

  it('39: a disk that takes no more in the midst of a file is named, and nothing half is left', async () => {
    await scene.kernel.run(
      `import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (${10 * mebi}, resource.RLIM_INFINITY))`,
    );
    const large = toPush(source, 'limited', randomBytes(40 * mebi));
    const other = toPush(source, 'other', randomBytes(5 * mebi));
    const [outcome, second] = await scene.transfer.push([large, other]);
    await scene.kernel.run(
      'resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))',
    );
    assert.ok(outcome?.status === 'failed');
    assert.match(outcome.reason.detail, /File too large/);
    assert.deepEqual(second, { status: 'pushed' });
    assert.deepEqual(readdirSync(scene.folder), ['other']);
    assert.equal(sha256Of(await contentIn(scene, 'other')), other.sha256);
  });
});
