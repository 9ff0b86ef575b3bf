// Text from outside (ids, code, words) as SQLite text and back, one to one. UTF-8 can't hold a lone surrogate, and NUL ends a
// string for SQLite's own functions and for Node 22 when it reads: stored as they come, two different ids could become one.

const MARK = '\u0001';

/** The text to store; different texts always give different ones. */
export const toStoredText = (text: string): string =>
  text.isWellFormed() && !text.includes('\0') && !text.startsWith(MARK) ? text : MARK + JSON.stringify(text);

/** The text that {@link toStoredText} was given. */
export const fromStoredText = (stored: string): string =>
  stored.startsWith(MARK) ? String(JSON.parse(stored.slice(MARK.length))) : stored;
