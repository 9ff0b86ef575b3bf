import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyOutdated } from '../../../scripts/lib/dependencies.ts';

describe('whether the npm packages are up to date', () => {
  let folder = '';
  const write = async (path: string, packages: unknown): Promise<void> => {
    await writeFile(join(folder, path), JSON.stringify({ packages }));
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'code-interpreter-dependencies-'));
    await mkdir(join(folder, 'node_modules'));
    await write('package-lock.json', {
      '': { name: 'root' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/for-another-platform': { version: '1.0.0', optional: true },
    });
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('says that an install is needed where none has ended', async () => {
    assert.match((await whyOutdated(folder)) ?? '', /no complete node_modules/);
  });

  it('is content with every package in its version, and without those of other platforms', async () => {
    await write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    assert.equal(await whyOutdated(folder), undefined);
  });

  it('names the package whose version has changed', async () => {
    await write('node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } });
    assert.equal(await whyOutdated(folder), 'package-lock.json has changed: a');
  });
});
