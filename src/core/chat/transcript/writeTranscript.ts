// A conversation from elsewhere as a transcript.
import { codeBlocks } from '../codeBlocks.ts';
import { markOf } from './marks.ts';
import { structureOf } from './sections.ts';
import type { Role } from './types.ts';

/** What a transcript is written from. Messages with the same id that follow each other are one turn. */
export interface Conversation {
  readonly chatId: string;
  readonly title: string;
  readonly messages: readonly { readonly messageId: string; readonly role: Role; readonly text: string }[];
}

const names: Readonly<Record<Role, string>> = { user: 'User', assistant: 'Assistant', system: 'System' };

/** Whether a text can stand under a heading: it neither begins a message itself nor swallows the next one. */
const standsAlone = (text: string): boolean => {
  const { sections } = structureOf(`## Assistant\n\n${text}\n\n## User\n\nend`);
  return sections.length === 2 && sections[0]?.mark === null && sections[0].text === text.trimEnd();
};

/** The text with a fence that is left open closed, and in a quote where it would still break the transcript. */
const contained = (text: string): string => {
  const body = text
    .replaceAll(/\r\n?/gu, '\n')
    .replace(/^(?:[ \t]*\n)+/u, '')
    .trimEnd();
  const last = codeBlocks(body).at(-1);
  const fence = last?.closed === false ? /(`{3,}|~{3,})/u.exec(body.split('\n')[last.fenceLine] ?? '')?.[1] : undefined;
  return (
    [body, ...(fence ? [`${body}\n${fence}`] : [])].find(standsAlone) ??
    body
      .split('\n')
      .map((line) => `> ${line}`.trimEnd())
      .join('\n')
  );
};

const escaped = (title: string): string =>
  title
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replaceAll(/[\\`*_[\]<>#&!]/gu, String.raw`\$&`);

/** Writes a conversation so that `parseTranscript` finds its ids, roles and texts again. */
export const writeTranscript = ({ chatId, title, messages }: Conversation): string => {
  const top = `${chatId === '' ? '' : `${markOf('chat', chatId)}\n\n`}# ${escaped(title) || 'Chat'}\n`;
  const parts = messages.map(({ messageId, role, text }, index) => {
    const continues = role === 'assistant' && index > 0 && messages[index - 1]?.messageId === messageId;
    const mark = continues || messageId === '' ? '' : `${markOf('message', messageId)}\n`;
    return `\n## ${names[role]}\n${mark}\n${contained(text)}\n`;
  });
  return top + parts.join('');
};
