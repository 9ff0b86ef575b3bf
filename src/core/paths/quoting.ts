// Writes a path into source code so that the language reads back exactly that path.

/** Writes a path where one stands; what follows it in the code stays as it is. */
export type Quoting = (path: string) => string;

/** Nothing can be escaped there. */
export const verbatim: Quoting = (path) => path;

const escaping =
  (special: RegExp): Quoting =>
  (path) =>
    path.replace(special, '\\$&');

/** In a shell word without quotes (POSIX XCU 2.2.1); letters of other scripts need none. */
export const shellWord: Quoting = escaping(/[^\p{L}\p{N}\p{M}_./:@%+=,-]/gu);

/** Between double quotes of a shell (POSIX XCU 2.2.3). */
export const shellDouble: Quoting = escaping(/[\\$`"]/g);

/** Between single quotes of a shell (POSIX XCU 2.2.2): nothing can be escaped, so the quotes are left for a moment. */
export const shellSingle: Quoting = (path) => path.replaceAll("'", `'\\''`);

/** Between `$'` and `'` of Bash. */
export const shellAnsi: Quoting = escaping(/[\\']/g);

/** Between quotes where a backslash escapes: R, JavaScript, C and their kind. */
export const backslashed = (quote: string): Quoting =>
  escaping(quote === '"' ? /[\\"]/g : quote === "'" ? /[\\']/g : /[\\`]/g);

/** Where `$` puts a value into the text as well: Julia, Kotlin, Scala's `s"..."`, JavaScript's template. */
export const interpolated = (quote: string): Quoting => escaping(quote === '"' ? /[\\"$]/g : /[\\`$]/g);

/**
 * A path in a `file:` address (RFC 3986): everything but the unreserved characters is encoded. Before a Windows drive comes a slash
 * (RFC 8089, appendix E.2).
 */
export const inAddress: Quoting = (path) => {
  const drive = /^[A-Za-z]:/.exec(path)?.[0] ?? '';
  const encoded = [...Buffer.from(path.slice(drive.length), 'utf8')].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9_.~/-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return (drive === '' ? '' : `/${drive}`) + encoded.join('');
};

/** Between backticks of a shell (POSIX XCU 2.6.3), on top of what the place in there demands. */
export const shellBackticks: Quoting = escaping(/[\\$`]/g);

/** The same within double quotes, where a quote is escaped as well. */
export const shellBackticksInDouble: Quoting = shellDouble;

/** In a format text, where `%` has a meaning: on top of another quoting. */
export const formatted =
  (quoting: Quoting): Quoting =>
  (path) =>
    quoting(path).replaceAll('%', '%%');

/** A quote is doubled: SQL, Octave, Pascal. */
export const doubled =
  (quote: string): Quoting =>
  (path) =>
    path.replaceAll(quote, quote + quote);
