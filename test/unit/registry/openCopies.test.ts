import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCopy, sweepCopies } from '../../../src/core/registry/openCopies.ts';
import type { KeptContent } from '../../../src/core/registry/saveFile.ts';
import { temporaryFolder } from '../../support/places.ts';

describe('copies for the applications of the system', () => {
  let folder: string;
  let content: KeptContent;

  beforeEach(async () => {
    folder = join(await temporaryFolder('copies'), 'opened');
    const path = join(await temporaryFolder('kept'), 'bytes');
    writeFileSync(path, 'hello');
    const sha256 = createHash('sha256').update('hello').digest('hex');
    content = { id: 'code_gen_m_1', name: 'Report 2026.xlsx', path, sha256 };
  });

  it('have their own name, are read-only, and are used again', async () => {
    const copy = await openCopy(folder, content);
    assert.equal(copy, join(folder, content.id, 'Report 2026.xlsx'));
    assert.equal(readFileSync(copy, 'utf8'), 'hello');
    assert.equal(statSync(copy).mode & 0o777, 0o400);
    const { ino } = statSync(copy);
    assert.equal(await openCopy(folder, content), copy);
    assert.equal(statSync(copy).ino, ino);
  });

  it('are made anew when somebody changed them', async () => {
    const copy = await openCopy(folder, content);
    chmodSync(copy, 0o600);
    writeFileSync(copy, 'other');
    await openCopy(folder, content);
    assert.equal(readFileSync(copy, 'utf8'), 'hello');
  });

  it('are removed when they were not opened for seven days', async () => {
    const old = await openCopy(folder, content);
    const fresh = await openCopy(folder, { ...content, id: 'code_gen_m_2' });
    const eightDaysAgo = Date.now() / 1000 - 8 * 86_400;
    utimesSync(join(folder, content.id), eightDaysAgo, eightDaysAgo);
    assert.equal(await sweepCopies(folder), 1);
    assert.deepEqual([existsSync(join(old, '..')), existsSync(fresh)], [false, true]);
    assert.equal(await sweepCopies(join(folder, 'not there')), 0);
  });
});
