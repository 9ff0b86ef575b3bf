// A message's label in lists: its first words.
import { readMarkdown, type Token } from './markdown.ts';

/** Enough of a text to find its first words in. */
const lookedAt = 4000;

const usualLength = 60;

const wordsOf = (token: Token): string => {
  switch (token.type) {
    case 'inline':
      return (token.children ?? []).map(wordsOf).join('');
    case 'text':
    case 'code_inline':
      return token.content;
    case 'image':
      return ` ${token.content} `;
    case 'softbreak':
    case 'hardbreak':
      return ' ';
    default:
      return '';
  }
};

/** On one line, without format characters, which turn directions and hide text; joiners inside words and emoji stay. */
const tidy = (text: string): string =>
  text
    .replaceAll(/(?![\u200C\u200D])\p{Cf}/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200C\u200D]+/gu, '')
    .trim();

/** The first characters as people count them, up to the end of a word where there is one not far back. */
const cut = (text: string, longest: number): string => {
  if (text.length <= longest) {
    return text;
  }
  const characters = Array.from(new Intl.Segmenter().segment(text.slice(0, longest * 20)), ({ segment }) => segment);
  if (characters.length <= longest) {
    return text;
  }
  const start = characters.slice(0, longest).join('');
  const lastSpace = start.lastIndexOf(' ');
  return `${(lastSpace > start.length / 2 ? start.slice(0, lastSpace) : start).trimEnd()}…`;
};

/**
 * The first words of a Markdown text on one line, at most `longest` characters and `…`: without marks, code blocks and what
 * can't be seen. `null` for a text without words, where its time has to do.
 */
export const labelOf = (text: string, longest = usualLength): string | null => {
  const inline = readMarkdown(text.slice(0, lookedAt)).find(
    (token) => token.type === 'inline' && tidy(wordsOf(token)) !== '',
  );
  return inline ? cut(tidy(wordsOf(inline)), longest) : null;
};

/** The label of a turn, or of any run of messages: the user's first words, else anyone's. */
export const labelOfMessages = (
  messages: readonly { readonly role: string; readonly text: string }[],
  longest = usualLength,
): string | null => {
  const asked = messages.filter(({ role }) => role === 'user');
  return [...asked, ...messages].map(({ text }) => labelOf(text, longest)).find((label) => label !== null) ?? null;
};
