import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromStoredText, toStoredText } from '../../../src/core/registry/storedText.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 10 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '\u0001', '\u0001"x"', '\0', 'a\0b', '\ud800', '"', '\\'),
);

describe('stored text', () => {
  it('comes back as it was, and is whole UTF-8 without NUL (property)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stored = toStoredText(text);
        assert.equal(fromStoredText(stored), text);
        assert.ok(stored.isWellFormed() && !stored.includes('\0'));
      }),
    );
  });

  it('leaves plain ids readable', () => {
    assert.equal(toStoredText('chat 1: Übersicht'), 'chat 1: Übersicht');
  });
});
