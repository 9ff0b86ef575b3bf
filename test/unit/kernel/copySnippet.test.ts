// A copy in the kernel's own language, of files with any names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copySnippet } from '../../../src/core/kernel/copySnippet.ts';
import { temporaryFolder } from '../../support/places.ts';

describe('the snippet that copies a file', () => {
  for (const [language, program, ...options] of [
    ['bash', 'bash', '-c'],
    ['javascript', process.execPath, '-e'],
    ['typescript', process.execPath, '--input-type=module', '-e'],
  ] as const) {
    it(`goes to the folder and copies in ${language}, whatever the names hold`, async () => {
      const folder = join(await temporaryFolder('copy'), `it's "$HOME" \`x\` \\ é`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'a "b"'), 'content');
      execFileSync(program, [...options, copySnippet(language, folder, 'a "b"', '-to $(y)') ?? '']);
      assert.equal(readFileSync(join(folder, '-to $(y)'), 'utf8'), 'content');
    });
  }

  it('quotes for R and Julia, and is none for a language that is not known', () => {
    assert.equal(
      copySnippet('R', '/a "b"', 'c', 'd'),
      String.raw`setwd("/a \"b\""); invisible(file.copy("/a \"b\"/c", "/a \"b\"/d"))`,
    );
    assert.equal(copySnippet('julia', '/$a', 'c', 'd'), String.raw`cd("/\$a"); cp("/\$a/c", "/\$a/d");`);
    assert.equal(copySnippet('other', '/a', 'c', 'd'), undefined);
  });
});
