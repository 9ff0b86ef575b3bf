// A copy in the kernel's own language, of files with any names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copySnippet } from '../../../src/core/kernel/copySnippet.ts';
import { temporaryFolder } from '../../support/places.ts';

describe('the snippet that copies a file', () => {
  it('copies in bash whatever the path holds', async () => {
    const folder = await temporaryFolder('copy');
    const [from, to] = [join(folder, `it's "$HOME" \`x\` \\`), join(folder, '-to $(y)')];
    writeFileSync(from, 'content');
    execFileSync('bash', ['-c', copySnippet('bash', from, to) ?? '']);
    assert.equal(readFileSync(to, 'utf8'), 'content');
  });

  it('quotes for R and Julia, and is none for a language that is not known', () => {
    assert.equal(copySnippet('R', '/a "b"', '/c'), String.raw`invisible(file.copy("/a \"b\"", "/c"))`);
    assert.equal(copySnippet('julia', '/$a', '/c'), String.raw`cp("/\$a", "/c");`);
    assert.equal(copySnippet('other', '/a', '/c'), undefined);
  });
});
