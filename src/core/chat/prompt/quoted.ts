// Text from files (names, columns, sheets) as data that nothing reads as anything else: neither a person, nor Markdown, nor a model.

/**
 * Everything that could end a quote or a code span, break a line, hide, or turn the direction of what follows: control and format
 * characters (right-to-left marks, zero-width ones, tags), separators other than a space, lone surrogates, private use.
 */
const unsafe = /["\\`]|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const escapeOf = (character: string): string => {
  if (character === '"' || character === '\\') {
    return `\\${character}`;
  }
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** The text as a Python string literal on one line, in which everything unsafe is escaped. */
export const quoted = (text: string): string => `"${text.replaceAll(unsafe, escapeOf)}"`;

/** The same of at most `longest` characters of the text; what is cut is said after the quote. */
export const quotedStart = (text: string, longest: number): string =>
  text.length <= longest ? quoted(text) : `${quoted(text.slice(0, longest).replace(/[\ud800-\udbff]$/u, ''))}…`;
