// How one character of a path can be written in output: plain, or escaped for JSON, a URL, HTML, repr, a shell or Windows.

/** One character of a path: its spellings, longest first. */
export type CharacterForms = readonly string[];

const htmlNames: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
  '\u00a0': ['&nbsp;'],
};

const unchanged = /[A-Za-z0-9_.-]/;

const hexadecimal = (code: number, length: number): readonly string[] => {
  const digits = code.toString(16).padStart(length, '0');
  return [digits, digits.toUpperCase()];
};

const longestFirst = (forms: Iterable<string>): CharacterForms =>
  [...new Set(forms)].sort((a, b) => b.length - a.length);

const utf8Escapes = (character: string): string[] => {
  const bytes = [...Buffer.from(character, 'utf8')];
  const joined = (escape: (byte: number) => string): string => bytes.map(escape).join('');
  return [
    joined((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`),
    joined((byte) => `%${byte.toString(16).padStart(2, '0')}`),
    joined((byte) => `\\x${byte.toString(16).padStart(2, '0')}`),
    joined((byte) => `\\${byte.toString(8).padStart(3, '0')}`),
  ];
};

const unicodeEscapes = (character: string): string[] => {
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const forms = [`&#${code};`];
  for (const index of [0, 1]) {
    forms.push(units.map((unit) => `\\u${hexadecimal(unit, 4)[index] ?? ''}`).join(''));
    forms.push(`\\U${hexadecimal(code, 8)[index] ?? ''}`, `&#x${hexadecimal(code, 1)[index] ?? ''};`);
    if (code < 256) {
      forms.push(`\\x${hexadecimal(code, 2)[index] ?? ''}`);
    }
  }
  return forms;
};

/** The separators of a path that a Windows kernel prints. */
const windowsSeparators: CharacterForms = longestFirst([
  '\\\\\\\\',
  '\\\\',
  '\\',
  '/',
  '%5C',
  '%5c',
  '%2F',
  '%2f',
  '&#92;',
]);

/** The spellings of one character of a path. */
export const formsOf = (character: string, windows: boolean): CharacterForms => {
  if (unchanged.test(character)) {
    return windows && /[A-Za-z]/.test(character)
      ? longestFirst([character.toLowerCase(), character.toUpperCase()])
      : [character];
  }
  if (windows && (character === '\\' || character === '/')) {
    return windowsSeparators;
  }
  const forms = [character, ...(htmlNames[character] ?? []), ...unicodeEscapes(character)];
  if (character.charCodeAt(0) < 128) {
    forms.push(`\\${character}`, ...utf8Escapes(character).slice(0, 2));
  } else {
    forms.push(...utf8Escapes(character));
  }
  if (character === ' ') {
    forms.push('+', '&nbsp;');
  }
  if (character === "'") {
    forms.push(`'\\''`, `'"'"'`, `\\\\'`);
  }
  if (character === '"') {
    forms.push('\\\\\\"');
  }
  if (character === '\\') {
    forms.push('\\\\\\\\');
  }
  return longestFirst(forms);
};

/** Whether a path is one of a Windows kernel. */
export const isWindowsPath = (path: string): boolean => /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\');

/** The characters of a path with their spellings. */
export const pathForms = (path: string): readonly CharacterForms[] => {
  const windows = isWindowsPath(path);
  return Array.from(path, (character) => formsOf(character, windows));
};

/** `/mnt/data` (or a separator alone) written the way this separator is written: `\/`, `%2F`, `&#47;`. */
export const separatorLike = (form: string): string => (form.includes('\\') && !form.endsWith('/') ? '/' : form);
