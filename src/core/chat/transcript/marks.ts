// The marks of a transcript: HTML comments, which no Markdown renderer shows, that carry the ids of the chat and its messages.

type Kind = 'chat' | 'message';

const patterns: Readonly<Record<Kind, RegExp>> = {
  chat: /<!--[ \t]*chat:[ \t]*(\S.{0,2000}?)[ \t]*-->/iu,
  message: /<!--[ \t]*message:[ \t]*(\S.{0,2000}?)[ \t]*-->/iu,
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Percent-encodes what can't stand in a one-line HTML comment; `--` would end one in older readers. */
const encode = (id: string): string =>
  encodeURIComponent(id.toWellFormed())
    .replaceAll(/%(?:3A|40|2F|2B|3D)/gu, decodeURIComponent)
    .replaceAll('--', '-%2D');

/** The mark that carries an id. Any text but an empty one will do; lone surrogates, which no file can hold, become U+FFFD. */
export const markOf = (kind: Kind, id: string): string => `<!-- ${kind}: ${encode(id)} -->`;

/** The id in a line that is a mark and nothing else, else `null`. */
export const readMark = (kind: Kind, line: string): string | null => {
  const found = patterns[kind].exec(line);
  return found?.[1] !== undefined && found[0] === line.trim() ? decode(found[1]) : null;
};

/** The id of a mark that stands somewhere in the line, such as at the end of a heading; else `null`. */
export const readMarkInside = (kind: Kind, line: string): string | null => {
  const found = patterns[kind].exec(line)?.[1];
  return found === undefined ? null : decode(found);
};

/** The line with its mark's id replaced. */
export const replaceMark = (kind: Kind, line: string, id: string): string =>
  line.replace(patterns[kind], () => markOf(kind, id));

/** The line without its mark. */
export const withoutMark = (kind: Kind, line: string): string => line.replace(patterns[kind], '').trimEnd();
