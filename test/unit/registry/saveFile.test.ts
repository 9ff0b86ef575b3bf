import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCoded } from '../../../src/core/errors.ts';
import { saveFile, type KeptContent } from '../../../src/core/registry/saveFile.ts';
import { temporaryFolder } from '../../support/places.ts';

describe('saving a kept file elsewhere', () => {
  const bytes = Buffer.alloc(3_000_000, 'some bytes');
  let folder: string;
  let content: KeptContent;

  beforeEach(async () => {
    const root = await temporaryFolder('save');
    folder = join(root, 'to');
    mkdirSync(folder);
    const path = join(root, 'kept');
    writeFileSync(path, bytes);
    content = { id: 'id', name: 'big.bin', path, sha256: createHash('sha256').update(bytes).digest('hex') };
  });

  it('gives it its name in a folder, byte for byte, and tells how far it is', async () => {
    const told: number[] = [];
    const path = await saveFile(content, folder, { onProgress: (done) => told.push(done) });
    assert.equal(path, join(folder, 'big.bin'));
    assert.deepEqual(readFileSync(path), bytes);
    assert.equal(told.at(-1), bytes.length);
    assert.ok(told.length > 1);
  });

  it('overwrites only when it is told to', async () => {
    const target = join(folder, 'big.bin');
    writeFileSync(target, 'theirs');
    await assert.rejects(saveFile(content, target), (error) => isCoded(error, 'file.exists'));
    assert.equal(readFileSync(target, 'utf8'), 'theirs');
    await saveFile(content, target, { overwrite: true });
    assert.deepEqual(readFileSync(target), bytes);
  });

  it('leaves nothing when it is cancelled in the middle, or the bytes are not those that were kept', async () => {
    const stop = new AbortController();
    const onProgress = (): void => {
      stop.abort();
    };
    await assert.rejects(saveFile(content, folder, { signal: stop.signal, onProgress }), (error) =>
      isCoded(error, 'cancelled'),
    );
    await assert.rejects(saveFile({ ...content, sha256: '0'.repeat(64) }, folder), (error) =>
      isCoded(error, 'file.damaged'),
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});
