// The id of each message of a transcript: the one it is marked with, else one that follows from what it says.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Section } from './sections.ts';

const shortHash = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);

/** A file's name without its folder and without `.chat.md` or `.md`. */
export const transcriptName = (fileName: string): string =>
  basename(fileName.replaceAll('\\', '/')).replace(/(?:\.chat)?\.(?:md|markdown)$/iu, '') || 'transcript';

/** The chat of a file without a mark: its name, and a hash of the whole `fileName` to tell it from others of that name. */
export const chatIdOf = (fileName: string): string =>
  `${transcriptName(fileName)}-${shortHash([fileName]).slice(0, 8)}`;

/**
 * The message id of each section. A turn is a request and the replies to it, and has one id; a section begins one unless it is
 * a reply without a mark of its own. The first section with a mark keeps the mark's id, another one with the same mark (a
 * message that was copied) gets an id of its own. An id that is not marked follows from the section's text, so that it is
 * the same at each reading, whatever is written before it or after it.
 */
export const messageIdsOf = (sections: readonly Section[]): string[] => {
  const marked = new Set(sections.flatMap(({ mark }) => (mark ? [mark.id] : [])));
  const used = new Set<string>();
  // How often a text was met, so that thousands of equal messages take no longer than others.
  const counts = new Map<string, number>();
  const mint = ({ role, text }: Section): string => {
    const first = shortHash([role, text]);
    for (let count = counts.get(first) ?? 0; ; count += 1) {
      counts.set(first, count + 1);
      const id = count === 0 ? first : shortHash([role, text, String(count)]);
      if (!marked.has(id) && !used.has(id)) {
        return id;
      }
    }
  };
  let turn = { id: '', mark: null as string | null };
  return sections.map((section, index) => {
    const mark = section.mark?.id ?? null;
    const continues = index > 0 && section.role === 'assistant' && (mark === null || mark === turn.mark);
    if (!continues) {
      turn = { id: mark !== null && !used.has(mark) ? mark : mint(section), mark };
      used.add(turn.id);
    }
    return turn.id;
  });
};
