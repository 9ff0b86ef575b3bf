// Ids from outside as SQLite text and back, one to one. UTF-8 can't hold a lone surrogate, and NUL ends a string for SQLite's
// own functions: stored as they come, two different ids could become one.

const MARK = '\u0001';

/** The text to store for an id; different ids always give different texts. */
export const toStoredText = (id: string): string =>
  id.isWellFormed() && !id.includes('\0') && !id.startsWith(MARK) ? id : MARK + JSON.stringify(id);

/** The id that {@link toStoredText} was given. */
export const fromStoredText = (stored: string): string =>
  stored.startsWith(MARK) ? String(JSON.parse(stored.slice(MARK.length))) : stored;
