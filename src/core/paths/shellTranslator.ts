// Puts the real path into shell code: words, quotes and substitutions. Here-documents are data and stay as they are.
import { type Quoting, shellAnsi, shellDouble, shellSingle, shellWord } from './quoting.ts';
import { replaceVirtual } from './virtualInText.ts';

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
const doubleQuoted = (code: string, start: number, realPath: string, before: string): Scanned => {
  let text = '';
  let from = start;
  let position = start;
  const part = (end: number): string =>
    replaceVirtual(code.slice(from, end), realPath, shellDouble, from === start ? before : '}');
  while (position < code.length && code[position] !== '"') {
    if (code[position] === '\\') {
      position += 2;
    } else if (code.startsWith('$(', position)) {
      const inner = scan(code, position + 2, realPath, ')');
      text += `${part(position)}$(${inner.text}`;
      position = from = inner.end;
    } else {
      position++;
    }
  }
  const end = Math.min(position, code.length);
  return { text: `${text}${part(end)}${code.slice(end, end + 1)}`, end: end + 1 };
};

const until = (
  code: string,
  start: number,
  quote: string,
  quoting: Quoting,
  realPath: string,
  before: string,
): Scanned => {
  let position = start;
  while (position < code.length && code[position] !== quote) {
    position += quoting === shellAnsi && code[position] === '\\' ? 2 : 1;
  }
  const end = Math.min(position, code.length);
  return {
    text: replaceVirtual(code.slice(start, end), realPath, quoting, before) + code.slice(end, end + 1),
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

const scan = (code: string, start: number, realPath: string, close: ')' | undefined): Scanned => {
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
      take(doubleQuoted(code, position + 1, realPath, word), '"');
    } else if (character === "'") {
      take(until(code, position + 1, "'", shellSingle, realPath, word), "'");
    } else if (code.startsWith("$'", position)) {
      take(until(code, position + 2, "'", shellAnsi, realPath, word), "$'");
    } else if (code.startsWith('$"', position)) {
      take(doubleQuoted(code, position + 2, realPath, word), '$"');
    } else if (here && code[position - 1] !== '<' && !here[0].startsWith('<<<')) {
      waiting.push((here[1] ?? '').replace(/^\\|['"]/g, ''));
      text += here[0];
      position += here[0].length;
    } else if (character === '#' && word === '') {
      const end = code.indexOf('\n', position);
      text += code.slice(position, end < 0 ? code.length : end);
      position = end < 0 ? code.length : end;
    } else if (piece) {
      text += replaceVirtual(piece[0], realPath, shellWord, word);
      word += piece[0];
      position += piece[0].length;
    } else {
      text += character;
      position++;
      // A substitution or backtick before makes the path; a blank or an operator begins a new word.
      word = character === '$' ? '$' : '';
      if (character === '(') {
        depth++;
      } else if (character === ')') {
        if (close && depth === 0) {
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
export const translateShell = (code: string, realPath: string): string => scan(code, 0, realPath, undefined).text;
