// The messages of a transcript as they stand in the text, before their ids are settled.
import { codeBlocksOf, type CodeBlock } from '../codeBlocks.ts';
import { linesOf, type Token } from '../markdown.ts';
import { linksIn } from './attachments.ts';
import { roleOf, type MessageHeading } from './headings.ts';
import { readMark, readMarkInside } from './marks.ts';
import { segmentsOf, type Segment } from './segments.ts';
import type { Role, TranscriptAttachment } from './types.ts';

/** A mark and the line it is on. */
export interface Mark {
  readonly line: number;
  readonly id: string;
}

export interface Section {
  readonly role: Role;
  /** `false` for text before the first heading, or a file without any. */
  readonly headed: boolean;
  readonly startLine: number;
  readonly endLine: number;
  /** The line before which a missing mark belongs. */
  readonly bodyLine: number;
  readonly mark: Mark | null;
  readonly text: string;
  readonly codeBlocks: readonly CodeBlock[];
  readonly links: readonly TranscriptAttachment[];
}

export interface Structure {
  /** The line before which a missing mark of the chat belongs: after front matter. */
  readonly topLine: number;
  readonly chatMark: Mark | null;
  readonly title: string | null;
  readonly sections: readonly Section[];
}

/** The number of lines of YAML front matter: a first line `---`, a key, and a line that ends it. */
const frontMatterLength = (lines: readonly string[]): number => {
  if (lines[0]?.trimEnd() !== '---' || !/^[\w-]+[ \t]*:/u.test(lines[1] ?? '')) {
    return 0;
  }
  return lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)[ \t]*$/u.test(line)) + 1;
};

/** Headings with `#` and without a mark that name a role, outside lists and quotes. */
const unmarkedHeadings = ({ tokens, start, heading }: Segment): MessageHeading[] =>
  tokens.flatMap((token, index) => {
    const isHeading = token.type === 'heading_open' && token.level === 0 && token.markup.startsWith('#');
    const role = isHeading ? roleOf(tokens[index + 1]?.content ?? '') : null;
    const line = (token.map?.[0] ?? 0) + start;
    return role && line !== heading?.line
      ? [{ line, bodyLine: line + 1, level: token.markup.length, role, markLine: null }]
      : [];
  });

/** All headings that begin a message, in order. Without a mark they count only at the level that the transcript uses for messages. */
const headingsOf = (segments: readonly Segment[]): MessageHeading[] => {
  const headings = segments.flatMap((segment) => [
    ...(segment.heading ? [segment.heading] : []),
    ...unmarkedHeadings(segment),
  ]);
  const level = (headings.find(({ markLine }) => markLine !== null) ?? headings[0])?.level;
  return headings.filter((heading) => heading.markLine !== null || heading.level === level);
};

const preambleMark = (kind: 'chat' | 'message', preamble: Segment, before: number): Mark | null => {
  for (const { type, level, content, map } of preamble.tokens) {
    const line = (map?.[0] ?? 0) + preamble.start;
    const id = type === 'html_block' && level === 0 && line < before ? readMark(kind, content) : null;
    if (id !== null) {
      return { line, id };
    }
  }
  return null;
};

const plainText = (inline: Token | undefined): string | null =>
  (inline?.children ?? [])
    .map(({ type, content }) => (type === 'text' || type === 'code_inline' ? content : ''))
    .join('')
    .trim() || null;

const titleIn = ({ tokens, start }: Segment, before: number): string | null => {
  const index = tokens.findIndex(({ type, tag, level }) => type === 'heading_open' && tag === 'h1' && level === 0);
  return index < 0 || (tokens[index]?.map?.[0] ?? 0) + start >= before ? null : plainText(tokens[index + 1]);
};

/** Items in groups: the last of the rising `starts` that is not after an item's line. */
const groupByStart = <Item>(
  items: readonly Item[],
  starts: readonly number[],
  lineOf: (item: Item) => number,
): Item[][] => {
  const groups: Item[][] = starts.map(() => []);
  let group = -1;
  for (const item of items) {
    while ((starts[group + 1] ?? Infinity) <= lineOf(item)) {
      group += 1;
    }
    groups[group]?.push(item);
  }
  return groups;
};

const headingMark = ({ markLine }: MessageHeading, lines: readonly string[]): Mark | null =>
  markLine === null ? null : { line: markLine, id: readMarkInside('message', lines[markLine] ?? '') ?? '' };

/** Reads the structure of a transcript. Never throws. */
export const structureOf = (text: string): Structure => {
  const lines = linesOf(text.replace(/^\uFEFF/u, ''));
  const topLine = frontMatterLength(lines);
  const segments = segmentsOf(lines, topLine);
  const headings = headingsOf(segments);
  const firstLine = headings[0]?.line ?? lines.length;
  const preamble = segments[0] ?? { start: topLine, end: lines.length, heading: null, tokens: [] };
  const chatMark = preambleMark('chat', preamble, firstLine);

  const starts = [topLine, ...headings.map(({ line }) => line)];
  const blocks = segments.flatMap(({ tokens, start, end }) => codeBlocksOf(tokens, lines.slice(start, end), start));
  const links = segments.flatMap(({ tokens, start }) => linksIn(tokens, start));
  const blocksOf = groupByStart(blocks, starts, ({ fenceLine }) => fenceLine);
  const linksOf = groupByStart(links, starts, ({ line }) => line);

  const section = (startLine: number, index: number): Section => {
    const heading = headings[index - 1];
    const mark = heading ? headingMark(heading, lines) : preambleMark('message', preamble, firstLine);
    const bodyLine = heading?.bodyLine ?? startLine;
    const marks = [mark?.line, chatMark?.line];
    const isMark = (_: string, at: number): boolean => marks.includes(bodyLine + at);
    const body = lines.slice(bodyLine, starts[index + 1]);
    const lastBodyLine = bodyLine + body.findLastIndex((line) => line.trim() !== '');
    return {
      role: heading?.role ?? 'user',
      headed: heading !== undefined,
      startLine,
      endLine: Math.max(bodyLine - 1, mark?.line ?? 0, lastBodyLine),
      bodyLine,
      mark,
      text: body
        .filter((line, at) => !isMark(line, at))
        .join('\n')
        .replace(/^(?:[ \t]*\n)+/u, '')
        .trimEnd(),
      codeBlocks: blocksOf[index] ?? [],
      links: linksOf[index] ?? [],
    };
  };

  const [before, ...headed] = starts.map(section);
  const holdsMessage = ({ mark, codeBlocks, text }: Section): boolean =>
    headings.length === 0 ? text !== '' : mark !== null || codeBlocks.length > 0;
  return {
    topLine,
    chatMark,
    title: titleIn(preamble, firstLine),
    sections: before && holdsMessage(before) ? [before, ...headed] : headed,
  };
};
