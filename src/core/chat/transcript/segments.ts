// A transcript cut at its marked headings. Each segment is read as Markdown of its own, so that what one message leaves open
// (a fence of a reply that was cut off, an HTML block) never swallows the next message.
import { codeBlocksOf } from '../codeBlocks.ts';
import { readMarkdown, readMarkdownParts, type Token } from '../markdown.ts';
import { markedHeadingAt, type MessageHeading } from './headings.ts';

export interface Segment {
  /** Its first line. */
  readonly start: number;
  /** The line after its last. */
  readonly end: number;
  /** The marked heading on its first line; `null` for the text before the first of them. */
  readonly heading: MessageHeading | null;
  /** Their `map` counts lines from `start`. */
  readonly tokens: readonly Token[];
}

const openFenceAtEnd = (lines: readonly string[]): Token | null => {
  const last = lines.some((line) => /^ {0,3}(?:```|~~~)/u.test(line))
    ? readMarkdown(lines.join('\n')).at(-1)
    : undefined;
  return last?.type === 'fence' && last.level === 0 && codeBlocksOf([last], lines)[0]?.closed === false ? last : null;
};

/** The line that closes the fence, from this line on; `null` where a new block opens first, or nothing closes it. */
const closingLine = (lines: readonly string[], from: number, fence: Token): number | null => {
  for (let line = from; line < lines.length; line += 1) {
    const found = /^ {0,3}(`{3,}|~{3,})[ \t]*(.*)$/u.exec(lines[line] ?? '');
    if (found?.[1]?.startsWith(fence.markup)) {
      return found[2]?.trim() ? null : line;
    }
  }
  return null;
};

/**
 * The segments of a transcript from line `top` on; at least one. A marked heading inside a fence that is properly closed
 * (a page that shows how a transcript looks) begins nothing.
 */
export const segmentsOf = (lines: readonly string[], top: number): Segment[] => {
  const extents: { start: number; end: number; heading: MessageHeading | null }[] = [];
  let start = top;
  // Nothing is open on this line; what comes before it need not be read to know what is open later.
  let settled = top;
  let heading: MessageHeading | null = null;
  for (let line = top; line < lines.length; line += 1) {
    const cut = markedHeadingAt(lines, line);
    if (!cut) {
      continue;
    }
    const open = openFenceAtEnd(lines.slice(settled, line));
    const closed = open && closingLine(lines, line, open);
    if (closed !== null) {
      line = closed;
      settled = closed + 1;
      continue;
    }
    extents.push({ start, end: line, heading });
    start = line;
    settled = line;
    heading = cut;
  }
  extents.push({ start, end: lines.length, heading });
  const tokens = readMarkdownParts(extents.map((extent) => lines.slice(extent.start, extent.end).join('\n')));
  return extents.map((extent, index) => ({ ...extent, tokens: tokens[index] ?? [] }));
};
