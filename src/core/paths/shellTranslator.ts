// Puts the real path into shell code: words, quotes and substitutions. Here-documents are data and stay as they are.
import {
  type Quoting,
  shellAnsi,
  shellBackticks,
  shellBackticksInDouble,
  shellDouble,
  shellSingle,
  shellWord,
  verbatim,
} from './quoting.ts';
import { replaceVirtual } from './virtualInText.ts';

/** Where the code that is scanned stands: how deep in substitutions by backticks, each of which takes off a backslash. */
interface Place {
  readonly realPath: string;
  readonly outer: Quoting;
}

const replaced = (text: string, quoting: Quoting, { realPath, outer }: Place, before: string): string =>
  replaceVirtual(text, realPath, (path) => outer(quoting(path)), before, 'file');

/** Code between backticks, from behind the first one to behind the last one. */
const backticks = (code: string, start: number, place: Place, quoting: Quoting): Scanned =>
  scan(code, start, { ...place, outer: (path) => place.outer(quoting(path)) }, '`');

interface Scanned {
  readonly text: string;
  readonly end: number;
}

/** A piece of a word without quotes: everything that ends no word and opens no quote. */
const wordPiece = /(?:[^ \t\r\n"'`$\\;&|<>()#]|(?<=[^ \t\r\n])#|\\[\s\S]|\$(?![('"]))+/y;
const hereDocument = /<<-?[ \t]*(\\?[A-Za-z_]\w*|'[^'\n]+'|"[^"\n]+")/y;

const matchAt = (pattern: RegExp, text: string, position: number): RegExpExecArray | null => {
  pattern.lastIndex = position;
  return pattern.exec(text);
};

/** The position after a text between double quotes. */
const doubleQuoted = (code: string, start: number, place: Place, before: string): Scanned => {
  let text = '';
  let from = start;
  let position = start;
  const part = (end: number): string =>
    replaced(code.slice(from, end), shellDouble, place, from === start ? before : '}');
  while (position < code.length && code[position] !== '"') {
    if (code[position] === '\\') {
      position += 2;
    } else if (code.startsWith('$(', position)) {
      const inner = scan(code, position + 2, place, ')');
      text += `${part(position)}$(${inner.text}`;
      position = from = inner.end;
    } else if (code[position] === '`') {
      const inner = backticks(code, position + 1, place, shellBackticksInDouble);
      text += `${part(position)}\`${inner.text}`;
      position = from = inner.end;
    } else {
      position++;
    }
  }
  const end = Math.min(position, code.length);
  return { text: `${text}${part(end)}${code.slice(end, end + 1)}`, end: end + 1 };
};

const until = (code: string, start: number, quote: string, quoting: Quoting, place: Place, before: string): Scanned => {
  let position = start;
  while (position < code.length && code[position] !== quote) {
    position += quoting === shellAnsi && code[position] === '\\' ? 2 : 1;
  }
  const end = Math.min(position, code.length);
  return {
    text: replaced(code.slice(start, end), quoting, place, before) + code.slice(end, end + 1),
    end: end + 1,
  };
};

/** The here-documents that begin on this line: their text up to and with the last delimiter, if all are closed. */
const hereBodies = (code: string, start: number, delimiters: readonly string[]): number => {
  let position = start;
  for (const delimiter of delimiters) {
    let found = false;
    while (position < code.length && !found) {
      const end = code.indexOf('\n', position);
      const line = code.slice(position, end < 0 ? code.length : end);
      found = line.replace(/^\t+/, '') === delimiter;
      position = end < 0 ? code.length : end + 1;
    }
    if (!found) {
      return start;
    }
  }
  return position;
};

const scan = (code: string, start: number, place: Place, close: ')' | '`' | undefined): Scanned => {
  let text = '';
  let position = start;
  // What stands before in the same word, without its quotes.
  let word = '';
  let depth = 0;
  let waiting: string[] = [];
  const take = (scanned: Scanned, opening: string): void => {
    text += opening + scanned.text;
    word += code.slice(position + opening.length, scanned.end - 1);
    position = scanned.end;
  };
  while (position < code.length) {
    const character = code.charAt(position);
    const here = matchAt(hereDocument, code, position);
    const piece = matchAt(wordPiece, code, position);
    if (character === '"') {
      take(doubleQuoted(code, position + 1, place, word), '"');
    } else if (character === "'") {
      take(until(code, position + 1, "'", shellSingle, place, word), "'");
    } else if (code.startsWith("$'", position)) {
      take(until(code, position + 2, "'", shellAnsi, place, word), "$'");
    } else if (code.startsWith('$"', position)) {
      take(doubleQuoted(code, position + 2, place, word), '$"');
    } else if (here && code[position - 1] !== '<' && !here[0].startsWith('<<<')) {
      waiting.push((here[1] ?? '').replace(/^\\|['"]/g, ''));
      text += here[0];
      position += here[0].length;
    } else if (character === '#' && word === '') {
      const end = code.indexOf('\n', position);
      text += code.slice(position, end < 0 ? code.length : end);
      position = end < 0 ? code.length : end;
    } else if (piece) {
      text += replaced(piece[0], shellWord, place, word);
      word += piece[0];
      position += piece[0].length;
    } else if (character === '`' && close === '`') {
      return { text: `${text}\``, end: position + 1 };
    } else if (character === '`') {
      const inner = backticks(code, position + 1, place, shellBackticks);
      text += `\`${inner.text}`;
      position = inner.end;
      word = ')';
    } else {
      text += character;
      position++;
      // A substitution before makes the path; a blank or an operator begins a new word.
      word = character === '$' ? '$' : '';
      if (character === '(') {
        depth++;
      } else if (character === ')') {
        if (close === ')' && depth === 0) {
          return { text, end: position };
        }
        depth--;
        word = ')';
      } else if (character === '\n' && waiting.length > 0) {
        const end = hereBodies(code, position, waiting);
        text += code.slice(position, end);
        position = end;
        waiting = [];
      }
    }
  }
  return { text, end: position };
};

/** Shell code with the virtual folder replaced by the real one. */
export const translateShell = (code: string, realPath: string): string =>
  scan(code, 0, { realPath, outer: verbatim }, undefined).text;
