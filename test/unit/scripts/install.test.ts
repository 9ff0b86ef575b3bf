import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnce } from '../../../scripts/lib/install.mjs';

describe('installing into the cache folder', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'code-interpreter-install-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fill = (text: string) => async (staging: string) => {
    await writeFile(join(staging, 'file'), text);
  };

  it('shows the target only when it is whole', async () => {
    const target = join(folder, 'tool');
    const failing = async (staging: string): Promise<void> => {
      await writeFile(join(staging, 'file'), 'half');
      throw new Error('cut short');
    };
    await assert.rejects(installOnce(target, failing), /cut short/);
    assert.deepEqual(await readdir(folder), []);
    await installOnce(target, fill('whole'));
    assert.equal(await readFile(join(target, 'file'), 'utf8'), 'whole');
  });

  it('does nothing where the target is there', async () => {
    const target = join(folder, 'tool');
    await installOnce(target, fill('first'));
    await installOnce(target, fill('second'));
    assert.equal(await readFile(join(target, 'file'), 'utf8'), 'first');
  });
});
