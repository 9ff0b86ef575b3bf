// Where code comes from: its document, so that errors name the document and its lines.
import type { RequestMetadata } from '../gateway/execute.ts';
import type { ReportedError } from '../kernel/report.ts';
import type { ErrorFrame, ResultDocument } from './result.ts';

/** The document of a piece of code, and its place in it. */
export interface CodeSource {
  /** What people call the document: the name of its file. It goes to the kernel. */
  readonly name: string;
  /** Its address, by which an error leads back to it. It stays on this machine. */
  readonly uri?: string;
  /** The line on which the code begins, from 0. */
  readonly firstLine: number;
  /** Characters before the code on its first line: a selection can begin in the middle of one. */
  readonly firstColumn?: number;
  /** Characters of indentation that were taken off the other lines. */
  readonly indentation?: number;
}

/** Where code stays on its own first line: what comes after a cell magic is its text. */
const isCellMagic = (code: string): boolean => code.trimStart().startsWith('%%');

/**
 * Python code moved down to its line in the document, so that every line number is the document's. By comments: IPython
 * takes empty lines off. A cell magic must stay on the first line.
 */
export const placedCode = (code: string, source: CodeSource | undefined): string => {
  const firstLine = source?.firstLine ?? 0;
  if (isCellMagic(code)) {
    return code;
  }
  const startsEmpty = firstLine === 0 && /^(?:[ \t]*\r?\n)+\S/.test(code);
  return startsEmpty ? `#${code}` : '#\n'.repeat(firstLine) + code;
};

/** What the kernel's side (`documents.py`) is told with the code. */
export const sourceMetadata = (code: string, source: CodeSource | undefined): RequestMetadata =>
  source === undefined || isCellMagic(code)
    ? {}
    : { code_interpreter: { document: source.name, firstLine: source.firstLine } };

/** The same in the result's words. */
export const documentOf = ({ name, uri, firstLine, firstColumn, indentation = 0 }: CodeSource): ResultDocument => ({
  name,
  ...(uri !== undefined && { uri }),
  first_line: firstLine,
  first_column: firstColumn ?? indentation,
  indentation,
});

const columnIn = ({ firstLine, firstColumn, indentation = 0 }: CodeSource, line: number): number =>
  line === firstLine + 1 ? (firstColumn ?? indentation) : indentation;

/** The frames of an error in their documents: with its address for this code's, and columns counted from the line's beginning. */
export const framesIn = (source: CodeSource | undefined, frames: ReportedError['frames']): ErrorFrame[] =>
  frames.map(({ document, line, column }) => {
    if (source?.name !== document) {
      return { document, line, column };
    }
    return {
      document,
      line,
      column: column === null ? null : column + columnIn(source, line),
      ...(source.uri !== undefined && { uri: source.uri }),
    };
  });
