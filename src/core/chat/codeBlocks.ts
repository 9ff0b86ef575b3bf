// The fenced code blocks of a Markdown text, with the exact lines they stand on.
// https://spec.commonmark.org/0.31.2/#fenced-code-blocks
import { kernelLanguage } from './languages.ts';
import { linesOf, readMarkdown, type Token } from './markdown.ts';

export { kernelLanguage } from './languages.ts';

/** One fenced code block. Lines count from 0. */
export interface CodeBlock {
  /** What a kernelspec calls its language, in lower case; `null` where the label names none that runs. */
  readonly language: string | null;
  /** The info string as written, trimmed. */
  readonly info: string;
  /** The code without its fences and without the indentation of the list or quote around it; no line end after the last line. */
  readonly code: string;
  /** The line of the opening fence. */
  readonly fenceLine: number;
  /** The first line of the code itself. */
  readonly firstLine: number;
  /** The last line of the code itself; `firstLine - 1` where there is none. */
  readonly lastLine: number;
  /** What stands before the code on its first line: spaces, list indentation, quote marks. */
  readonly indentation: string;
  /** Whether the closing fence is there; `false` while a reply is still being written. */
  readonly closed: boolean;
}

const prefixOf = (line: string, code: string | undefined): string =>
  code !== undefined && line.endsWith(code) ? line.slice(0, line.length - code.length) : '';

const codeBlock = (fence: Token, map: [number, number], lines: readonly string[], offset: number): CodeBlock => {
  const code = fence.content.replace(/\n$/u, '');
  const codeLines = fence.content === '' ? [] : code.split('\n');
  const [fenceLine, end] = map;
  const info = fence.info.trim();
  return {
    language: kernelLanguage(info),
    info,
    code,
    fenceLine: fenceLine + offset,
    firstLine: fenceLine + 1 + offset,
    lastLine: fenceLine + codeLines.length + offset,
    indentation: prefixOf(lines[fenceLine + 1] ?? '', codeLines[0]),
    closed: end - fenceLine - 1 > codeLines.length,
  };
};

/** The blocks among tokens already read from `lines`; `offset` is the line of the file on which `lines` begin. */
export const codeBlocksOf = (tokens: readonly Token[], lines: readonly string[], offset = 0): CodeBlock[] =>
  tokens.flatMap((token) => (token.type === 'fence' && token.map ? [codeBlock(token, token.map, lines, offset)] : []));

/** The fenced code blocks of a Markdown text, in order; also those in lists and quotes, and one that is still open. Never throws. */
export const codeBlocks = (markdown: string): CodeBlock[] => codeBlocksOf(readMarkdown(markdown), linesOf(markdown));
