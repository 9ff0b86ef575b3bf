// The paths under /mnt/data that a text names, to be made into links: in prose, in code, in printed output, and as the targets of
// Markdown links, with or without the `sandbox:` that models put before them.
import { endsBefore, startsAt } from '../paths/boundaries.ts';
import { virtualRoot } from '../paths/virtualPath.ts';

/** A path that a text names. */
export interface DataPath {
  /** Offsets of its first character and of the one after its last, in UTF-16 code units; `sandbox:` is part of it, quotes are not. */
  readonly start: number;
  readonly end: number;
  /** The file or folder it means: `/mnt/data`, or a normalised path below it. */
  readonly path: string;
}

/** Nothing longer is taken for a path, in UTF-16 code units. */
const longestPath = 1024;

/**
 * The path without `.`, `..` and doubled slashes; `null` for one that leaves `/mnt/data`, or holds what no path of a workspace
 * does on some platform (control characters, a backslash that would lead out).
 */
export const normaliseDataPath = (path: string): string | null => {
  if (path !== virtualRoot && !path.startsWith(`${virtualRoot}/`)) {
    return null;
  }
  const names: string[] = [];
  for (const name of path.slice(virtualRoot.length).split('/')) {
    const leadsOut = name === '..' ? names.pop() === undefined : name.split('\\').includes('..');
    if (leadsOut || /\p{Cc}/u.test(name)) {
      return null;
    }
    if (name !== '' && name !== '.' && name !== '..') {
      names.push(name);
    }
  }
  return [virtualRoot, ...names].join('/');
};

const closers: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '‘': '’',
  '«': '»',
  '「': '」',
  '『': '』',
};

/** How far a path reaches, and how its text is to be read. */
interface Extent {
  readonly end: number;
  readonly form: 'plain' | 'literal' | 'target';
}

const lineFrom = (text: string, start: number): string =>
  /^[^\r\n]*/u.exec(text.slice(start, start + longestPath))?.[0] ?? '';

/** `/mnt/data/a.csv was written` in quotes is a path and a remark; `/mnt/data/my file.csv` is a path. */
const remark = /^([^\s]*\.\w{1,8})\s(?!.*\.\w{1,8}$)/u;

const quotedEnd = (text: string, start: number, line: string): Extent | null => {
  const closer = closers[text.charAt(start - 1)];
  if (start === 0 || closer === undefined) {
    return null;
  }
  for (let at = 0; at < line.length; at += line[at] === '\\' ? 2 : 1) {
    if (line[at] === closer) {
      const whole = line.slice(0, at);
      return { end: start + (remark.exec(whole)?.[1]?.length ?? at), form: 'literal' };
    }
  }
  return null;
};

/** The target of a Markdown link, up to its closing bracket or its title. https://spec.commonmark.org/0.31.2/#links */
const targetEnd = (text: string, start: number, line: string): Extent | null => {
  if (text[start - 1] === '<') {
    const end = line.search(/[<>]/u);
    return end >= 0 && line[end] === '>' ? { end: start + end, form: 'target' } : null;
  }
  if (!/\]\([ \t]*$/u.test(text.slice(Math.max(0, start - 8), start))) {
    return null;
  }
  const title = /[ \t]+(?:"[^"]*"|'[^']*')[ \t]*\)/u.exec(line);
  let depth = 0;
  for (let at = 0; at < line.length; at += 1) {
    if (at === title?.index) {
      return { end: start + at, form: 'target' };
    }
    depth += line[at] === '(' ? 1 : line[at] === ')' ? -1 : 0;
    if (depth < 0) {
      return { end: start + line.slice(0, at).trimEnd().length, form: 'target' };
    }
  }
  return null;
};

/** Ends a path in prose wherever it stands: spaces, control characters, quotes, marks of Markdown and HTML, full-width punctuation. */
const stop = /[\s\p{Cc}"'`<>|*\\{}$“”‘’«»「」『』《》【】，。、；：！？（）]/u;

/** A path in prose: to the next space or quote, without the brackets and the punctuation around it; `null` for a pattern. */
const plainEnd = (start: number, line: string, rootLength: number): Extent | null => {
  const open: string[] = [];
  let end = rootLength;
  for (; end < line.length; end += 1) {
    const character = line.charAt(end);
    if (character === '(' || character === '[') {
      open.push(character === '(' ? ')' : ']');
    } else if ((character === ')' || character === ']') && open.pop() !== character) {
      break;
    } else if (stop.test(character) || (/[,;:]/u.test(character) && line[end + 1] === '/')) {
      break;
    }
  }
  if (/^(?:[{$]|\*[\w.])/u.test(line.slice(end))) {
    return null;
  }
  // "see /mnt/data/a.py:12:3." names a line of the file, and ends a sentence.
  const path = line.slice(0, end).replace(/(?::\d+){0,2}[.,;:!?…]*$/u, '');
  return { end: start + path.length, form: 'plain' };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The path that a piece of text is, by the way it is written. */
const pathOf = (written: string, form: Extent['form']): string => {
  const isLink = form === 'target' || /^sandbox:/iu.test(written);
  const path = written.replace(/^sandbox:\/*/iu, '/');
  if (isLink) {
    return decode(path.replace(/[?#].*$/su, ''));
  }
  return form === 'literal' ? path.replaceAll(/\\(["'`\\])/gu, '$1') : path;
};

const isWholeName = (text: string, end: number): boolean => endsBefore(text, end, true) === 'yes';

/** The longest known path that stands here, also one with spaces that nothing encloses. */
const knownAt = (text: string, start: number, known: readonly string[]): DataPath | null => {
  let found: DataPath | null = null;
  const from = /^sandbox:\/{0,2}(?=\/)/iu.exec(text.slice(start, start + 10))?.[0].length ?? 0;
  for (const path of known) {
    const end = start + from + path.length;
    if (text.startsWith(path, start + from) && isWholeName(text, end) && text[end] !== '/' && end > (found?.end ?? 0)) {
      found = { start, end, path };
    }
  }
  return found;
};

/**
 * Finds every path under `/mnt/data` in a text, in order, none inside another. A path that leaves `/mnt/data`, one with a gap to be
 * filled in (`/mnt/data/{name}.csv`, `/mnt/data/*.csv`) and another host's (`https://host/mnt/data`) are no paths here.
 * @param known the virtual paths of the files that there are: a known name is recognised even where its end can't be told
 */
export const findDataPaths = (text: string, known: readonly string[] = []): DataPath[] => {
  const found: DataPath[] = [];
  let from = 0;
  for (const { index: start, 0: match } of text.matchAll(/(?:sandbox:\/{0,2})?\/mnt\/data/giu)) {
    const isPath =
      start >= from &&
      match.endsWith(virtualRoot) &&
      startsAt(text, start) &&
      !/[)}\]$?]$/u.test(text.slice(Math.max(0, start - 1), start)) &&
      isWholeName(text, start + match.length);
    if (!isPath) {
      continue;
    }
    const line = lineFrom(text, start);
    const extent = targetEnd(text, start, line) ?? quotedEnd(text, start, line) ?? plainEnd(start, line, match.length);
    const path = extent && normaliseDataPath(pathOf(text.slice(start, extent.end), extent.form));
    const read = extent && path !== null ? { start, end: extent.end, path } : null;
    const named = knownAt(text, start, known);
    const isRead =
      extent && read && known.includes(read.path) && (extent.form !== 'plain' || read.end >= (named?.end ?? 0));
    const link = isRead ? read : (named ?? read);
    if (link) {
      found.push(link);
      from = link.end;
    }
  }
  return found;
};
