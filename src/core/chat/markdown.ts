// The one Markdown reader of the chat layer: CommonMark, read for its structure and never rendered.
import MarkdownIt, { type StateInline, type Token } from 'markdown-it';

export type { Token } from 'markdown-it';

/** The longest link target that is looked for; a longer one is text. */
const longestTarget = 4096;

/**
 * `[a b.csv](a b.csv)`, which people and models write although CommonMark wants `<a b.csv>`: read as the link that was meant.
 * A title may follow. The target stays on one line.
 */
const linkWithSpaces = (state: StateInline, silent: boolean): boolean => {
  const image = state.src[state.pos] === '!';
  const open = image ? state.pos + 1 : state.pos;
  if (state.src[open] !== '[') {
    return false;
  }
  const labelEnd = state.md.helpers.parseLinkLabel(state, open, true);
  if (labelEnd < 0 || state.src[labelEnd + 1] !== '(') {
    return false;
  }
  const rest = state.src.slice(labelEnd + 2, labelEnd + 2 + longestTarget);
  const found = /^[ \t]*((?:[^()<>\r\n]|\([^()\r\n]*\))+?)[ \t]*(?:["'][^"'\r\n]*["'][ \t]*)?\)/u.exec(rest);
  const target = found?.[1];
  if (!found || !target?.includes(' ')) {
    return false;
  }
  if (!silent) {
    const token = state.push(image ? 'image' : 'link_open', image ? 'img' : 'a', image ? 0 : 1);
    token.attrs = [[image ? 'src' : 'href', target]];
    const label = image ? token : state.push('text', '', 0);
    label.content = state.src.slice(open + 1, labelEnd);
    if (!image) {
      state.push('link_close', 'a', -1);
    }
  }
  state.pos = labelEnd + 2 + found[0].length;
  return true;
};

/** A reader that keeps every link's target as it was written; nothing is rendered from it, so no target is unsafe here. */
const createReader = () => {
  const markdown = new MarkdownIt('commonmark');
  markdown.validateLink = () => true;
  markdown.normalizeLink = (target) => target;
  markdown.inline.ruler.after('image', 'link_with_spaces', linkWithSpaces);
  return markdown;
};

/** The tokens of a Markdown text; `map` counts its lines from 0. Never throws. */
export const readMarkdown = (text: string): Token[] => createReader().parse(text, {});

/** The tokens of each part of a text; a link may name a reference that is defined in any of them. Never throws. */
export const readMarkdownParts = (parts: readonly string[]): Token[][] => {
  const reader = createReader();
  const environment: { references?: Record<string, unknown> } = {};
  const read = (): Token[][] => parts.map((part) => reader.parse(part, environment as Record<string, unknown>));
  const tokens = read();
  return parts.length > 1 && Object.keys(environment.references ?? {}).length > 0 ? read() : tokens;
};

/** The lines of a text, without their ends: the same lines that VS Code and markdown-it count. */
export const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/u);
