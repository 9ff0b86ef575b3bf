// Transcripts: a chat as one plain Markdown file, `*.chat.md`, that reads well wherever Markdown is shown.
//
//     <!-- chat: sales-2025 -->
//
//     # Sales 2025
//
//     ## User
//     <!-- message: 0f3a9c -->
//
//     What sold best in [sales.xlsx](sales.xlsx)?
//
//     ## Assistant
//
//     (text and fenced code blocks)
//
// - A message begins at a heading that names a role (`## User`, `## Assistant`, `## System`), or at any heading with a mark.
//   Marks are HTML comments: no renderer shows them, and they go where their heading goes when the file is edited.
// - A turn, the request and the replies to it, is one message of the chat: it has one id, written under the heading that begins
//   it, and one workspace, where the code blocks of all its parts run, first to last. A reply with a mark of its own is a turn
//   of its own.
// - A turn's attachments are the files that its request links to. A turn without a request (a reply with its own mark) has
//   those of the last request before it.
// - Everything may be missing. Ids that are not written follow from the file's name and from what a message says, so they are
//   the same at each reading, until `ensureMessageIds` writes them down. A file without such headings is one message by the user.
import { chatIdOf, messageIdsOf, transcriptName } from './transcript/ids.ts';
import { structureOf, type Section } from './transcript/sections.ts';
import type { Transcript, TranscriptAttachment, TranscriptMessage } from './transcript/types.ts';

export { ensureMessageIds } from './transcript/ensureMessageIds.ts';
export { writeTranscript, type Conversation } from './transcript/writeTranscript.ts';
export type { Role, Transcript, TranscriptAttachment, TranscriptMessage } from './transcript/types.ts';

/** The links of the user's sections, each target once. */
const attachmentsOf = (sections: readonly Section[]): TranscriptAttachment[] => {
  const links = sections.filter(({ role }) => role === 'user').flatMap((section) => section.links);
  return links.filter(({ target }, index) => links.findIndex((link) => link.target === target) === index);
};

/** Reads a transcript, or any other Markdown text, as a chat. `fileName` (a path or a URI) names what the text does not. Never throws. */
export const parseTranscript = (text: string, { fileName }: { fileName: string }): Transcript => {
  const { chatMark, title, sections } = structureOf(text);
  const ids = messageIdsOf(sections);
  const turns = Map.groupBy(sections, (_, index) => ids[index] ?? '');
  let attachments: readonly TranscriptAttachment[] = [];
  const messages = [...turns].flatMap(([messageId, turn]): TranscriptMessage[] => {
    attachments = turn.some(({ role }) => role === 'user') ? attachmentsOf(turn) : attachments;
    return turn.map(({ role, text: body, startLine, endLine, codeBlocks }) => ({
      messageId,
      role,
      text: body,
      startLine,
      endLine,
      codeBlocks,
      attachments,
    }));
  });
  return { chatId: chatMark?.id ?? chatIdOf(fileName), title: title ?? transcriptName(fileName), messages };
};
