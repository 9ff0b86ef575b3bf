import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openPromise, type Entry } from 'yauzl';
import { isCoded } from '../../../src/core/errors.ts';
import { zipFiles, type ZippedContent } from '../../../src/core/registry/zipFiles.ts';
import { temporaryFolder } from '../../support/places.ts';

const modified = new Date('2024-02-29T12:34:56Z');

const readBack = async (path: string): Promise<Map<string, { readonly entry: Entry; readonly bytes: Buffer }>> => {
  const archive = await openPromise(path, { autoClose: false });
  const found = new Map<string, { readonly entry: Entry; readonly bytes: Buffer }>();
  for await (const entry of archive.eachEntry()) {
    assert.ok(!found.has(entry.fileName), entry.fileName);
    found.set(entry.fileName, { entry, bytes: await buffer(await archive.openReadStreamPromise(entry)) });
  }
  archive.close();
  return found;
};

describe('kept files as a zip archive', () => {
  let kept: string;
  let folder: string;
  let path: string;

  beforeEach(async () => {
    const root = await temporaryFolder('zip');
    kept = join(root, 'kept');
    folder = join(root, 'to');
    path = join(folder, 'files.zip');
    mkdirSync(kept);
    mkdirSync(folder);
  });

  const keep = (place: string, bytes: Buffer): ZippedContent => {
    const id = `id${readdirSync(kept).length}`;
    writeFileSync(join(kept, id), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { id, name: place, path: join(kept, id), sha256, place, modified };
  };

  it('holds 300 files byte for byte, with their folders, names and times', async () => {
    const contents = [
      keep('Übersicht/größte Städte 東京.csv', Buffer.from('ä,ö\n')),
      keep('empty', Buffer.alloc(0)),
      keep('big.bin', Buffer.concat([randomBytes(1 << 20), Buffer.alloc(2 << 20, 'a')])),
      keep('picture.PNG', Buffer.alloc(5_000, 'p')),
      keep('long.txt', Buffer.alloc(5_000, 'p')),
      ...Array.from({ length: 295 }, (_, index) => keep(`a b/${index % 7}/n ${index}.bin`, randomBytes(index * 10))),
    ];
    const told: number[] = [];
    await zipFiles(contents, path, { onProgress: (bytes) => told.push(bytes) });
    const found = await readBack(path);
    assert.deepEqual(
      [...found.keys()],
      contents.map(({ place }) => place),
    );
    for (const content of contents) {
      const { entry, bytes } = found.get(content.place) ?? assert.fail(content.place);
      assert.ok(bytes.equals(readFileSync(content.path)), content.place);
      assert.equal(entry.getLastModDate().getTime(), modified.getTime());
      assert.ok((entry.generalPurposeBitFlag & 0x800) !== 0, 'says that its name is UTF-8');
    }
    assert.equal(found.get('picture.PNG')?.entry.compressionMethod, 0);
    assert.ok((found.get('long.txt')?.entry.compressedSize ?? 5_000) < 100);
    const total = contents.reduce((sum, content) => sum + readFileSync(content.path).length, 0);
    assert.equal(told.at(-1), total);
    assert.deepEqual(readdirSync(folder), ['files.zip']);
  });

  it('takes names that other systems would read as a drive or as folders', async () => {
    await zipFiles([keep('..\\..\\up.txt', Buffer.from('1')), keep('C:\\x', Buffer.from('2'))], path);
    assert.deepEqual([...(await readBack(path)).keys()], ['.._.._up.txt', 'C__x']);
  });

  it('leaves nothing when it is cancelled in the middle, or a file is damaged or gone', async () => {
    const contents = [keep('a.bin', randomBytes(3 << 20)), keep('b.bin', randomBytes(3 << 20))];
    const stop = new AbortController();
    const onProgress = (bytes: number): void => {
      if (bytes > 4 << 20) {
        stop.abort();
      }
    };
    await assert.rejects(zipFiles(contents, path, { signal: stop.signal, onProgress }), (error) =>
      isCoded(error, 'cancelled'),
    );
    await assert.rejects(zipFiles(contents, path, { signal: AbortSignal.abort() }), (error) =>
      isCoded(error, 'cancelled'),
    );
    const [first, second] = contents as [ZippedContent, ZippedContent];
    await assert.rejects(zipFiles([first, { ...second, sha256: '0'.repeat(64) }], path), (error) =>
      isCoded(error, 'file.damaged'),
    );
    await assert.rejects(zipFiles([first, { ...second, path: join(kept, 'gone') }], path));
    assert.deepEqual(readdirSync(folder), []);
  });

  it('overwrites only when it is told to', async () => {
    writeFileSync(path, 'theirs');
    const contents = [keep('a.txt', Buffer.from('a'))];
    await assert.rejects(zipFiles(contents, path), (error) => isCoded(error, 'file.exists'));
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
    await zipFiles(contents, path, { overwrite: true });
    assert.deepEqual([...(await readBack(path)).keys()], ['a.txt']);
    assert.deepEqual(readdirSync(folder), ['files.zip']);
  });
});
