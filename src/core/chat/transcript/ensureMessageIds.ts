// Writes the ids that a transcript lacks into it, and changes nothing else.
import { chatIdOf, messageIdsOf } from './ids.ts';
import { markOf, replaceMark } from './marks.ts';
import { structureOf, type Section } from './sections.ts';

/** The text in lines with their ends, so that joining them gives the same text again. */
const linesWithEnds = (text: string): string[] => text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/gu) ?? [];

const lineEndOf = (lines: readonly string[]): string => /(?:\r\n|\r|\n)$/u.exec(lines[0] ?? '')?.[0] ?? '\n';

/**
 * Marks every turn of a transcript, and the chat, with the ids that `parseTranscript` reports for them; a copied mark is
 * corrected in place. A text that has them all comes back byte for byte, with `changed` false; so does one without a message.
 */
export const ensureMessageIds = (
  text: string,
  { fileName }: { fileName: string },
): { text: string; changed: boolean } => {
  const { topLine, chatMark, sections } = structureOf(text);
  const ids = messageIdsOf(sections);
  if (sections.length === 0) {
    return { text, changed: false };
  }
  const byteOrderMark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const lines = linesWithEnds(text.slice(byteOrderMark.length));
  const lineEnd = lineEndOf(lines);
  const inserted = new Map<number, string>();
  const insert = (line: number, mark: string): void => {
    const before = lines[line - 1];
    const missingEnd = before !== undefined && !/[\r\n]$/u.test(before) ? lineEnd : '';
    inserted.set(line, `${inserted.get(line) ?? ''}${missingEnd}${mark}${lineEnd}`);
  };
  if (!chatMark) {
    insert(topLine, markOf('chat', chatIdOf(fileName)));
  }
  const markSection = ({ mark, headed, bodyLine }: Section, id: string, begins: boolean): void => {
    if (mark) {
      lines[mark.line] = mark.id === id ? (lines[mark.line] ?? '') : replaceMark('message', lines[mark.line] ?? '', id);
    } else if (begins) {
      insert(headed ? bodyLine : chatMark ? chatMark.line + 1 : topLine, markOf('message', id));
    }
  };
  for (const [index, section] of sections.entries()) {
    markSection(section, ids[index] ?? '', ids[index] !== ids[index - 1]);
  }
  const below = lines[topLine]?.trim() ?? '';
  if (inserted.has(topLine) && below !== '' && !below.startsWith('<!--')) {
    insert(topLine, '');
  }
  const edited = [...lines, ''].map((line, index) => (inserted.get(index) ?? '') + line).join('');
  return { text: byteOrderMark + edited, changed: byteOrderMark + edited !== text };
};
