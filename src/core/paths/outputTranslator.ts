// Turns the real workspace path in a kernel's output back into /mnt/data, as the output streams past.
import { boundaryReach } from './boundaries.ts';
import type { PathMapping } from './pathMapping.ts';
import { createPathMatcher, type PathMatcher } from './pathMatcher.ts';
import { virtualRoot } from './virtualPath.ts';

/** A stateful translator of one stream. The pieces that it returns, joined, do not depend on how the text was cut. */
export interface OutputTranslator {
  /** The text that is certain by now; what may be the beginning of a path is held back. */
  push(text: string): string;
  /** What was held back. The stream goes on after it as if it had not been cut there. */
  flush(): string;
  /** Whether something is held back. */
  readonly holds: boolean;
}

const unchanged: OutputTranslator = { push: (text) => text, flush: () => '', holds: false };

/** The paths worth looking for, longest first: none that is the virtual path already, none that is everywhere. */
const pathsToFind = (mapping: PathMapping): string[] => {
  const trimmed = mapping.realPaths.map((path) => (path.length > 1 ? path.replace(/[\\/]+$/, '') : path));
  const spelled = trimmed.flatMap((path) => [path, path.normalize('NFC'), path.normalize('NFD')]);
  return [...new Set(spelled)]
    .filter((path) => path !== '' && path !== '/' && path !== virtualRoot && !/^[A-Za-z]:$/.test(path))
    .sort((a, b) => b.length - a.length);
};

const translatorFor = (matcher: PathMatcher): OutputTranslator => {
  // `buffer` begins with text that is already out, kept to judge what stands before a path.
  let buffer = '';
  let out = 0;

  const translate = (final: boolean): string => {
    let translated = '';
    const ansi = buffer.includes('\u001b', out);
    for (;;) {
      const { match, hold } = matcher.find(buffer, out, final, ansi);
      if (!match) {
        translated += buffer.slice(out, hold);
        out = hold;
        break;
      }
      translated += buffer.slice(out, match.start) + match.replacement;
      out = match.end;
    }
    const keep = Math.max(0, out - boundaryReach);
    buffer = buffer.slice(keep);
    out -= keep;
    return translated;
  };

  return {
    push: (text) => {
      buffer += text;
      return translate(false);
    },
    flush: () => translate(true),
    get holds() {
      return out < buffer.length;
    },
  };
};

/** A translator for one stream of a kernel's output. */
export const createOutputTranslator = (mapping: PathMapping): OutputTranslator => {
  const stages = pathsToFind(mapping).map((path) => translatorFor(createPathMatcher(path, virtualRoot)));
  if (stages.length === 0) {
    return unchanged;
  }
  return {
    push: (text) => stages.reduce((passing, stage) => stage.push(passing), text),
    flush: () => stages.reduce((passing, stage) => stage.push(passing) + stage.flush(), ''),
    get holds() {
      return stages.some((stage) => stage.holds);
    },
  };
};

/** A whole text at once. */
export const translateText = (mapping: PathMapping, text: string): string => {
  const translator = createOutputTranslator(mapping);
  return translator.push(text) + translator.flush();
};
