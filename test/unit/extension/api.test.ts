// The types that other extensions copy are those of the API.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CodeInterpreterApi as Published } from '../../../api.d.ts';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';

/** Compiles only while what the extension returns is what it publishes. */
type IsPublished = CodeInterpreterApi extends Published ? true : never;
type HasNoMore = keyof CodeInterpreterApi extends keyof Published ? true : never;
const isPublished: [IsPublished, HasNoMore] = [true, true];

describe('the published types of the API', () => {
  it('fit what the extension returns', () => {
    assert.deepEqual(isPublished, [true, true]);
  });

  it('are in the package, and told of by their documentation', () => {
    assert.match(readFileSync('.vscodeignore', 'utf8'), /^!api\.d\.ts$/m);
    const text = readFileSync('docs/extension-api.md', 'utf8');
    const published = readFileSync('api.d.ts', 'utf8').split('export interface CodeInterpreterApi')[1] ?? '';
    const names = [...published.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map((match) => match[1] ?? '');
    assert.ok(names.length >= 8, names.join());
    assert.deepEqual(
      names.filter((name) => name !== 'version' && !text.includes(`\`${name}\``)),
      [],
    );
  });
});
