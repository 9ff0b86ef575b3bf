// Texts of any characters for property tests; fast-check's own kinds of strings take seconds to set up.
import fc from 'fast-check';

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0, max: 0x10ffff }),
);

/** Any well-formed text, control and format characters too. */
export const anyText = ({ minLength = 0, maxLength = 10 } = {}): fc.Arbitrary<string> =>
  fc.array(codePoint, { minLength, maxLength }).map((codes) => String.fromCodePoint(...codes).toWellFormed());
