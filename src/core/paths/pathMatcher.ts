// Finds one real path in text, in any of its spellings, with ANSI sequences inside.
import { type Decision, endReach, endsBefore, skipAnsi, startsAt } from './boundaries.ts';
import { type CharacterForms, isWindowsPath, pathForms } from './escapedForms.ts';

/** A path found in text. */
export interface PathMatch {
  readonly start: number;
  readonly end: number;
  /** What takes its place. */
  readonly replacement: string;
}

export interface PathMatcher {
  /**
   * The first match that starts at `from` or later; `hold`: where the text has to wait for more, else its length.
   * `final`: no more text comes. `ansi`: whether there may be ANSI sequences from `from` on.
   */
  find(text: string, from: number, final: boolean, ansi: boolean): { match: PathMatch | undefined; hold: number };
}

/** An ANSI sequence inside a path, and what decides its end. */
const allowance = 160;
const windowsTail = 260;
const ansiSequence = /\u001b\[[0-9;:?]*[A-Za-z]/g;

type Found = { readonly end: number; readonly first: string } | 'no' | 'more';

const matchForms = (
  text: string,
  at: number,
  tokens: readonly CharacterForms[],
  index: number,
  final: boolean,
): Found => {
  let position = at;
  for (let token = index; token < tokens.length; token++) {
    if (token > 0 && text.charCodeAt(position) === 0x1b) {
      const skipped = skipAnsi(text, position);
      if (skipped < 0) {
        return final ? 'no' : 'more';
      }
      position = skipped;
    }
    const forms = tokens[token] ?? [];
    const [only] = forms;
    if (forms.length === 1 && only !== undefined) {
      if (position >= text.length) {
        return final ? 'no' : 'more';
      }
      if (text.charCodeAt(position) !== only.charCodeAt(0)) {
        return 'no';
      }
      position++;
      continue;
    }
    return matchAlternatives(text, position, tokens, token, final);
  }
  return { end: position, first: '' };
};

const matchAlternatives = (
  text: string,
  position: number,
  tokens: readonly CharacterForms[],
  token: number,
  final: boolean,
): Found => {
  let best: Found = 'no';
  for (const form of tokens[token] ?? []) {
    if (text.startsWith(form, position)) {
      const rest = matchForms(text, position + form.length, tokens, token + 1, final);
      if (rest === 'more') {
        return 'more';
      }
      if (rest !== 'no' && best === 'no') {
        best = { end: rest.end, first: form };
      }
    } else if (!final && text.length - position < form.length && form.startsWith(text.slice(position))) {
      return 'more';
    }
  }
  return best;
};

/** The rest of a Windows path after the workspace, with `/`. */
const windowsRest = (
  text: string,
  start: number,
  separator: string,
  final: boolean,
): { end: number; rest: string } | 'more' => {
  let position = start;
  let rest = '';
  while (text.startsWith(separator, position)) {
    let end = position + separator.length;
    while (end < text.length && end - start < windowsTail && !/[\s"'<>|?*:;,()[\]{}\\/&%]/.test(text.charAt(end))) {
      end++;
    }
    if (end === position + separator.length) {
      break;
    }
    rest += `/${text.slice(position + separator.length, end)}`;
    position = end;
    if (end - start >= windowsTail) {
      return { end, rest };
    }
  }
  return position + separator.length > text.length - 1 && !final ? 'more' : { end: position, rest };
};

/** A matcher for one absolute path; `virtual` takes its place, spelled the way the path was. */
export const createPathMatcher = (realPath: string, virtual: string): PathMatcher => {
  const tokens = pathForms(realPath);
  const windows = isWindowsPath(realPath);
  const longest = tokens.reduce((sum, forms) => sum + (forms[0]?.length ?? 0), allowance) + (windows ? windowsTail : 0);
  // The longest part that no form changes: one indexOf finds each place where the path can be.
  const anchor = windows
    ? ''
    : ([...realPath.matchAll(/[A-Za-z0-9_.-]+/g)].sort((a, b) => b[0].length - a[0].length)[0]?.[0] ?? '');
  const anchorOffset = realPath.indexOf(anchor);
  const reachBack = tokens
    .slice(0, Array.from(realPath.slice(0, anchorOffset)).length)
    .reduce((sum, forms) => sum + (forms[0]?.length ?? 0), 0);
  const firstCharacters = new Set((tokens[0] ?? []).map((form) => form.charAt(0)));
  const firstCharacter = new RegExp(
    `[${Array.from(firstCharacters)
      .join('')
      .replace(/[\\\]^-]/g, '\\$&')}]`,
    'g',
  );

  /** The next place from `from` up to `until` where the path can begin; to the end of the text by a pattern, which is faster. */
  const nextStart = (text: string, from: number, until: number): number => {
    if (until === text.length) {
      firstCharacter.lastIndex = from;
      return firstCharacter.exec(text)?.index ?? until;
    }
    let start = from;
    while (start < until && !firstCharacters.has(text.charAt(start))) {
      start++;
    }
    return start;
  };

  const at = (text: string, start: number, final: boolean): PathMatch | Exclude<Decision, 'yes'> => {
    const plain = text.startsWith(realPath, start);
    const found: Found = plain
      ? { end: start + realPath.length, first: realPath.charAt(0) }
      : matchForms(text, start, tokens, 0, final);
    if (found === 'no' || found === 'more') {
      return found;
    }
    if (!startsAt(text, start)) {
      return 'no';
    }
    const ends = endsBefore(text, found.end, final);
    if (ends !== 'yes') {
      return ends;
    }
    return plain && !windows
      ? { start, end: found.end, replacement: virtual }
      : finished(text, start, found.end, found.first, final);
  };

  const finished = (text: string, start: number, end: number, first: string, final: boolean): PathMatch | 'more' => {
    const matched = text.slice(start, end);
    const colours = matched.includes('\u001b') ? [...matched.matchAll(ansiSequence)].join('') : '';
    if (!windows) {
      return { start, end, replacement: (first === '/' ? virtual : virtual.replaceAll('/', first)) + colours };
    }
    const separator = /(?::|%3A)(\\+|\/|%5C|%2F|&#92;)/i.exec(matched)?.[1] ?? /^\\+/.exec(matched)?.[0] ?? '\\';
    const tail = windowsRest(text, end, separator, final);
    if (tail === 'more') {
      return 'more';
    }
    // In file:///C:/... the third slash belongs to the virtual path.
    const replacement =
      (text.slice(Math.max(0, start - 8), start) === 'file:///' ? virtual.slice(1) : virtual) + tail.rest;
    return {
      start,
      end: tail.end,
      replacement: (separator.startsWith('%') ? replacement.replaceAll('/', '%2F') : replacement) + colours,
    };
  };

  /** The first place from `from` up to `until` where the path is, or may be when more text comes. */
  const search = (text: string, from: number, until: number, final: boolean): PathMatch | number | undefined => {
    for (let start = nextStart(text, from, until); start < until; start = nextStart(text, start + 1, until)) {
      const found = at(text, start, final);
      if (found === 'more') {
        if (text.length - start <= longest + endReach) {
          return start;
        }
      } else if (found !== 'no' && found.end - start <= longest) {
        return found;
      }
    }
    return undefined;
  };

  const find: PathMatcher['find'] = (text, from, final, ansi) => {
    if (anchor === '' || ansi) {
      return told(text, search(text, from, text.length, final));
    }
    let next = from;
    for (let hit = text.indexOf(anchor, next); hit >= 0; hit = text.indexOf(anchor, hit + 1)) {
      const plain = hit - anchorOffset;
      const quick = plain >= next && text.startsWith(realPath, plain) ? at(text, plain, final) : 'no';
      const found = typeof quick === 'object' ? quick : search(text, Math.max(next, hit - reachBack), hit + 1, final);
      if (found !== undefined) {
        return told(text, found);
      }
      next = Math.max(next, hit + 1 - reachBack);
    }
    return told(
      text,
      final ? undefined : search(text, Math.max(from, text.length - longest - endReach), text.length, final),
    );
  };

  return { find };
};

const told = (text: string, found: PathMatch | number | undefined): ReturnType<PathMatcher['find']> =>
  typeof found === 'number' ? { match: undefined, hold: found } : { match: found, hold: text.length };
