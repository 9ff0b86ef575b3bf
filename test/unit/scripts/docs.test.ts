// What the documentation says of /mnt/data is what the tests show.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groundingTable, withTable } from '../../../scripts/docs/groundingTable.ts';
import { groundingCases } from '../../support/groundingCases.ts';
import { languageCases } from '../../support/languageCases.ts';
import { nativeCases } from '../../support/nativeCases.ts';
import { repository } from '../../support/places.ts';

describe('docs/mnt-data.md', () => {
  it('holds the table of all cases; if this fails, npm run docs', () => {
    const document = readFileSync(join(repository, 'docs', 'mnt-data.md'), 'utf8');
    assert.equal(document, withTable(document, groundingTable([...groundingCases, ...nativeCases, ...languageCases])));
  });

  it('can hold any text in a cell', () => {
    const table = groundingTable([
      { name: 'a | b\n<c>', prints: '1\n', translated: { prints: '\n', why: 'because' } },
      { name: 'same', language: 'Bash', prints: '' },
    ]);
    assert.deepEqual(table.split('\n').slice(2), [
      '| a \\| b &lt;c> | Python | prints `1` | prints nothing | because |',
      '| same | Bash | works | works |  |',
    ]);
  });

  it('is refused without marks for the table', () => {
    assert.throws(() => withTable('no marks', 'table'), /no place for the table/);
  });
});
