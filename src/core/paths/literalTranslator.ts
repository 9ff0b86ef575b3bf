// Puts the real path into the literals of a language, and leaves its code and comments as they are.
import { addressesOf, type LanguageSyntax, type LiteralSyntax, quotingOf } from './languageSyntax.ts';
import { replaceVirtual } from './virtualInText.ts';

const matchAt = (pattern: RegExp, text: string, position: number): RegExpExecArray | null => {
  pattern.lastIndex = position;
  return pattern.exec(text);
};

interface Piece {
  readonly text: string;
  readonly end: number;
}

/** How much of the code before a literal can say that it is a format text. */
const formatReach = 80;

const translateLiteral = (
  syntax: LanguageSyntax,
  literal: LiteralSyntax,
  opened: RegExpExecArray,
  code: string,
  realPath: string,
): Piece | undefined => {
  const close = literal.close(opened);
  const start = opened.index + opened[0].length;
  const codeBefore = code.slice(Math.max(0, opened.index - formatReach), opened.index);
  const quoting = quotingOf(syntax, literal, codeBefore);
  const addresses = addressesOf(syntax, codeBefore);
  let text = opened[0];
  let from = start;
  let position = start;
  const upTo = (end: number): string =>
    quoting
      ? replaceVirtual(code.slice(from, end), realPath, quoting, from > start ? '}' : '', addresses)
      : code.slice(from, end);
  while (position < code.length) {
    if (code.startsWith(close, position)) {
      if (literal.doubled && code.startsWith(close, position + close.length)) {
        position += 2 * close.length;
        continue;
      }
      return { text: text + upTo(position) + close, end: position + close.length };
    }
    if (literal.backslash && code[position] === '\\') {
      position += 2;
    } else if (literal.embedded && code.startsWith(literal.embedded.open, position)) {
      const inside = position + literal.embedded.open.length;
      const embedded = translateUntil(syntax, code, inside, literal.embedded.close, realPath);
      text += upTo(position) + literal.embedded.open + embedded.text;
      position = from = embedded.end;
    } else if (code[position] === '\n' && !literal.lines) {
      return undefined;
    } else {
      position++;
    }
  }
  return undefined;
};

/** Code up to its end, or past the `close` that belongs to what was opened before. */
const translateUntil = (
  syntax: LanguageSyntax,
  code: string,
  from: number,
  close: string | undefined,
  realPath: string,
): Piece => {
  const open = close === '}' ? '{' : '(';
  let text = '';
  let position = from;
  let depth = 0;
  next: while (position < code.length) {
    const character = code.charAt(position);
    if (close !== undefined && character === close && depth-- === 0) {
      return { text: text + close, end: position + 1 };
    }
    if (close !== undefined && character === open) {
      depth++;
    }
    for (const pattern of syntax.skip) {
      const skipped = matchAt(pattern, code, position);
      if (skipped) {
        text += skipped[0];
        position += skipped[0].length;
        continue next;
      }
    }
    for (const literal of syntax.literals) {
      const opened = matchAt(literal.open, code, position);
      // A prefix that belongs to a name before it is none: `myr"..."`.
      if (opened && !(opened[0].length > 1 && /\w/.test(character) && /\w/.test(code.charAt(position - 1)))) {
        const piece = translateLiteral(syntax, literal, opened, code, realPath);
        if (piece) {
          text += piece.text;
          position = piece.end;
          continue next;
        }
      }
    }
    text += character;
    position++;
  }
  return { text, end: position };
};

/** `code` with the virtual folder in its literals replaced by the real one. */
export const translateLiterals = (syntax: LanguageSyntax, code: string, realPath: string): string =>
  translateUntil(syntax, code, 0, undefined, realPath).text;
