// What the readers of exports have in common.
import * as v from 'valibot';
import type { ImportedMessage } from './types.ts';

/** A text that may be missing, or `null`, or of another type in some version of the program. */
export const optionalText = v.fallback(v.optional(v.string(), ''), '');

/** Something that is read where it has the known shape, and ignored where it has not. */
export const optionalList = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(
    v.fallback(v.optional(v.array(v.unknown()), []), []),
    v.transform((values) =>
      values.flatMap((value) => {
        const parsed = v.safeParse(item, value);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  );

/** ISO 8601 of seconds or milliseconds since 1970, or of a text that says when; `null` where it says nothing. */
export const timeOf = (time: unknown): string | null => {
  if (typeof time !== 'number' && typeof time !== 'string') {
    return null;
  }
  // Seconds stay below 1e11 until the year 5138, milliseconds are above it from 1973 on.
  const date = new Date(typeof time === 'number' && Math.abs(time) < 1e11 ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** A fenced block, its fence longer than any in the code. */
export const fenced = (code: string, language: string): string => {
  const longest = Math.max(2, ...Array.from(code.matchAll(/`+/gu), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language.replaceAll(/[^\w+#-]/gu, '')}\n${code}\n${fence}`;
};

/** The texts as paragraphs, empty ones left out. */
export const paragraphs = (texts: readonly string[]): string =>
  texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n');

/** From a node of a tree of messages up to its root, in the order in which they were written. */
export const branchTo = <Node>(leaf: Node | undefined, parentOf: (node: Node) => Node | undefined): Node[] => {
  const branch = new Set<Node>();
  for (let node = leaf; node !== undefined && !branch.has(node); node = parentOf(node)) {
    branch.add(node);
  }
  return [...branch].reverse();
};

/** Gives replies the id of the request before them, and joins what one side said in several messages of a turn. */
export const inTurns = (messages: readonly ImportedMessage[]): ImportedMessage[] => {
  const turns: ImportedMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.text.trim() === '' && message.attachments.length === 0) {
      continue;
    }
    if (last?.role === 'assistant' && message.role === 'assistant') {
      turns[turns.length - 1] = {
        ...last,
        text: paragraphs([last.text, message.text]),
        attachments: [...last.attachments, ...message.attachments],
      };
    } else {
      turns.push(last && message.role === 'assistant' ? { ...message, messageId: last.messageId } : message);
    }
  }
  return turns;
};
