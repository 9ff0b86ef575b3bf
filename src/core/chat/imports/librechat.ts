// LibreChat: one conversation as JSON, its messages as a tree (`messagesTree`, or `messages` with `recursive`) or as a list.
import * as v from 'valibot';
import { branchTo, inTurns, optionalList, optionalText, paragraphs, timeOf } from './parts.ts';
import type { ImportedChat, Importer } from './types.ts';

const textPart = v.looseObject({
  type: v.literal('text'),
  text: v.union([v.string(), v.looseObject({ value: v.string() })]),
});

const message = v.looseObject({
  messageId: v.string(),
  parentMessageId: v.nullish(v.string()),
  isCreatedByUser: v.fallback(v.optional(v.boolean(), false), false),
  text: optionalText,
  content: optionalList(textPart),
  createdAt: v.optional(v.unknown()),
  files: optionalList(v.looseObject({ filename: v.string(), file_id: optionalText, filepath: optionalText })),
  children: v.fallback(v.optional(v.array(v.unknown()), []), []),
});

type Message = v.InferOutput<typeof message>;

const conversation = v.looseObject({
  conversationId: v.string(),
  title: optionalText,
  messages: v.optional(v.array(v.unknown())),
  messagesTree: v.optional(v.array(v.unknown())),
});

/** The messages of a tree as a list in which each names its parent; read without recursion, as deep as it may be. */
const flat = (roots: readonly unknown[]): Message[] => {
  const found: Message[] = [];
  const waiting = roots.map((json) => ({ json, parent: null as string | null })).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const parsed = v.parse(message, next.json);
    const { messageId } = parsed;
    found.push({ ...parsed, parentMessageId: next.parent ?? parsed.parentMessageId ?? null });
    waiting.push(...parsed.children.map((json) => ({ json, parent: messageId })).reverse());
  }
  return found;
};

const read = (json: unknown): ImportedChat => {
  const { conversationId, title, messages = [], messagesTree = messages } = v.parse(conversation, json);
  const all = flat(messagesTree);
  const byId = new Map(all.map((each) => [each.messageId, each]));
  const branch = branchTo(all.at(-1), ({ parentMessageId: parent }) => byId.get(parent ?? ''));
  return {
    chatId: conversationId,
    title,
    createdAt: timeOf(branch[0]?.createdAt),
    messages: inTurns(
      branch.map((each) => ({
        messageId: each.messageId,
        role: each.isCreatedByUser ? 'user' : 'assistant',
        text: each.text || paragraphs(each.content.map(({ text }) => (typeof text === 'string' ? text : text.value))),
        createdAt: timeOf(each.createdAt),
        attachments: each.files.map((file) => ({ name: file.filename, source: file.filepath || file.file_id || null })),
      })),
    ),
  };
};

const anyMessages = v.union([
  v.looseObject({ conversationId: v.string(), messages: v.array(v.unknown()) }),
  v.looseObject({ conversationId: v.string(), messagesTree: v.array(v.unknown()) }),
]);

export const librechat: Importer = {
  origin: 'LibreChat',
  conversationsIn: (json) => (v.is(anyMessages, json) ? [json] : null),
  read,
};
