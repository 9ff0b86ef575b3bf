// Where a path ends on both sides: /mnt/data is not meant in /mnt/database, /srv/mnt/data or https://host/mnt/data.

/** Longest stretch before or after a path that decides. Fixed, so that the answer can't depend on how a stream is cut. */
export const boundaryReach = 64;

/** `more`: the text ends before it can be told. */
export type Decision = 'yes' | 'no' | 'more';

const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;
const ansiAtEnd = /\u001b\[[0-9;:?]*[A-Za-z]$/;
const writtenAnsiAtEnd = /\\(?:x1b|x1B|u001b|u001B|033|e)\[[0-9;:]*m$/;
const fileScheme = /(?:^|[^\p{L}\p{N}])file:$/iu;

/** The most characters that {@link endsBefore} looks at. */
export const endReach = 230;

/** ANSI sequences (CSI, at most four) that stand at `position`: how far they reach; -1 when the text ends within one. */
export const skipAnsi = (text: string, position: number): number => {
  let at = position;
  for (let count = 0; count < 4 && text.charCodeAt(at) === 0x1b; count++) {
    if (at + 1 >= text.length) {
      return -1;
    }
    if (text[at + 1] !== '[') {
      return at;
    }
    let end = at + 2;
    while (end < text.length && end - at < 24 && /[0-9;:?]/.test(text.charAt(end))) {
      end++;
    }
    if (end >= text.length) {
      return -1;
    }
    if (!/[A-Za-z]/.test(text.charAt(end))) {
      return at;
    }
    at = end + 1;
  }
  return at;
};

const isNameCharacter = (character: string): boolean => {
  const code = character.charCodeAt(0);
  if (code < 128) {
    return (
      (code >= 48 && code <= 57) ||
      (code >= 65 && code <= 90) ||
      (code >= 97 && code <= 122) ||
      code === 95 /* _ */ ||
      code === 45 /* - */ ||
      code === 126 /* ~ */ ||
      code === 43 /* + */ ||
      code === 64 /* @ */
    );
  }
  return wordCharacter.test(character);
};

const decodedEscape = (text: string): string | undefined => {
  const percent = /^%([0-9A-Fa-f]{2})/.exec(text);
  const written = /^\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))/.exec(text);
  const digits = percent?.[1] ?? written?.[1] ?? written?.[2];
  return digits === undefined ? undefined : String.fromCharCode(Number.parseInt(digits, 16));
};

/** Whether a path may end before `position`: what follows is not more of the same name. `final`: no more text comes. */
export const endsBefore = (text: string, position: number, final: boolean): Decision => {
  const at = skipAnsi(text, position);
  if (at < 0 || at >= text.length) {
    return final ? 'yes' : 'more';
  }
  const character = text.charAt(at);
  if (character === '/') {
    return 'yes';
  }
  if (character === '%' || character === '\\') {
    if (at + (character === '%' ? 3 : 6) > text.length && !final) {
      return 'more';
    }
    const decoded = decodedEscape(text.slice(at, at + 6));
    if (decoded === undefined) {
      return character === '%' ? 'no' : 'yes';
    }
    return isNameCharacter(decoded) || decoded >= '\u0080' ? 'no' : 'yes';
  }
  if (character === '.') {
    // "saved in /mnt/data." ends a sentence, /mnt/data.bak is another name.
    const after = skipAnsi(text, at + 1);
    if (after < 0 || after >= text.length) {
      return final ? 'yes' : 'more';
    }
    return isNameAt(text, after, final);
  }
  return isNameAt(text, at, final);
};

const isNameAt = (text: string, at: number, final: boolean): Decision => {
  const code = text.charCodeAt(at);
  if (code >= 0xd800 && code <= 0xdbff && at + 1 >= text.length && !final) {
    return 'more';
  }
  return isNameCharacter(String.fromCodePoint(text.codePointAt(at) ?? 0)) ? 'no' : 'yes';
};

/** Whether a path may start at `position`: what stands before is not the rest of a longer path, a host or a name. */
export const startsAt = (text: string, position: number): boolean => {
  if (position === 0) {
    return true;
  }
  const code = text.charCodeAt(position - 1);
  // By far the most frequent neighbours.
  if (code === 32 || code === 10 || code === 34 || code === 39) {
    return true;
  }
  return startsAfter(text.slice(Math.max(0, position - boundaryReach), position));
};

const startsAfter = (given: string): boolean => {
  let before = given;
  for (let ansi = ansiAtEnd.exec(before); ansi; ansi = ansiAtEnd.exec(before)) {
    before = before.slice(0, ansi.index);
  }
  if (before === '') {
    return true;
  }
  const last = before.slice(-1);
  if (last === '/' || /%2f$/i.test(before)) {
    const withoutSlashes = before.replace(/(?:\/|%2f|\\\/)+$/i, '');
    const plainBefore = withoutSlashes.replace(/%3a$/i, ':');
    return plainBefore.endsWith(':') ? fileScheme.test(plainBefore) : startsAfter(withoutSlashes);
  }
  if (last === '\\' || last === '.') {
    return false;
  }
  const percent = /%([0-9A-Fa-f]{2})$/.exec(before);
  if (percent) {
    return !isNameCharacter(String.fromCharCode(Number.parseInt(percent[1] ?? '', 16)));
  }
  const character = lastCharacter(before);
  if (!isNameCharacter(character)) {
    return true;
  }
  return (
    // \n, \t and the like, written out; a colour, written out; the option -I/path of a command.
    /(?:^|[^\\])(?:\\\\)*\\[ntrbfv0]$/.test(before) ||
    writtenAnsiAtEnd.test(before) ||
    /(?:^|[\s"'=])-[A-Za-z]$/.test(before)
  );
};

const lastCharacter = (text: string): string => {
  const low = text.charCodeAt(text.length - 1);
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(-2) : text.slice(-1);
};
