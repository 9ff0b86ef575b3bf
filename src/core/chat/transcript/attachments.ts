// The files that a message links to.
import type { Token } from '../markdown.ts';
import type { TranscriptAttachment } from './types.ts';

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * The path that a link's target names, decoded, or `null` where it names no file of the user's: a web address, an anchor, or a
 * path under `/mnt/data`, which is the workspace itself. A letter and a colon is a Windows drive, not a scheme.
 */
export const attachmentTarget = (link: string): string | null => {
  const [path = ''] = link.trim().split('#');
  if (path === '' || path.startsWith('//') || /^\/mnt\/data(?:\/|$)/u.test(path)) {
    return null;
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/iu.exec(path)?.[1]?.toLowerCase();
  if (scheme === 'file') {
    const url = URL.parse(path);
    const local = url && (url.host === '' || url.host === 'localhost') ? decode(url.pathname) : null;
    return local?.replace(/^\/([a-z]:)/iu, '$1') ?? null;
  }
  return scheme === undefined ? decode(path).replaceAll('\0', '') : null;
};

const textIn = (tokens: readonly Token[]): string =>
  tokens
    .map(({ type, content }) => (type === 'softbreak' || type === 'hardbreak' ? ' ' : content))
    .join('')
    .trim();

const linesIn = (token: Token): number => {
  if (token.type === 'softbreak' || token.type === 'hardbreak') {
    return 1;
  }
  return token.type === 'html_inline' ? token.content.split('\n').length - 1 : 0;
};

const linksInLine = (inline: Token, firstLine: number): TranscriptAttachment[] => {
  const found: TranscriptAttachment[] = [];
  const children = inline.children ?? [];
  let line = firstLine;
  for (const [index, token] of children.entries()) {
    line += linesIn(token);
    const link = token.attrGet(token.type === 'image' ? 'src' : 'href');
    const target = typeof link === 'string' ? attachmentTarget(link) : null;
    if (target === null) {
      continue;
    }
    const close = children.findIndex(({ type }, at) => at > index && type === 'link_close');
    const label =
      token.type === 'image' ? token.content : textIn(children.slice(index + 1, close < 0 ? undefined : close));
    found.push({ target, label: label || target, line });
  }
  return found;
};

/** The files that the tokens link to, in order; `offset` is the line of the file on which the tokens' lines begin. */
export const linksIn = (tokens: readonly Token[], offset: number): TranscriptAttachment[] =>
  tokens.flatMap((token) => (token.type === 'inline' && token.map ? linksInLine(token, token.map[0] + offset) : []));
