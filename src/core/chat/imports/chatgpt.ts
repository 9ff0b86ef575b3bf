// ChatGPT: `conversations.json` of "Export data", a list of conversations; each a tree of messages of which one branch is shown.
import * as v from 'valibot';
import { branchTo, fenced, inTurns, optionalList, optionalText, paragraphs, timeOf } from './parts.ts';
import type { ImportedChat, ImportedMessage, Importer } from './types.ts';

const message = v.looseObject({
  id: v.string(),
  author: v.looseObject({ role: v.string() }),
  create_time: v.fallback(v.nullish(v.number()), null),
  recipient: v.fallback(v.nullish(v.string()), null),
  content: v.looseObject({
    content_type: v.string(),
    parts: v.fallback(v.optional(v.array(v.unknown()), []), []),
    text: optionalText,
    language: optionalText,
  }),
  metadata: v.fallback(
    v.nullish(v.looseObject({ attachments: optionalList(v.looseObject({ id: optionalText, name: v.string() })) })),
    null,
  ),
});

const node = v.looseObject({ message: v.fallback(v.nullish(message), null), parent: v.nullish(v.string()) });

const conversation = v.looseObject({
  id: v.optional(v.string()),
  conversation_id: v.optional(v.string()),
  title: v.nullish(v.string()),
  create_time: v.nullish(v.number()),
  current_node: v.nullish(v.string()),
  mapping: v.record(v.string(), node),
});

type Message = v.InferOutput<typeof message>;

/** Code that the model ran is a message to the recipient `python`, with or without a label of its language. */
const textOf = ({ content, recipient }: Message): string => {
  switch (content.content_type) {
    case 'code':
      return recipient === 'python' || recipient === null
        ? fenced(content.text, recipient === 'python' ? 'python' : content.language)
        : '';
    case 'text':
    case 'multimodal_text':
      return paragraphs(content.parts.filter((part) => typeof part === 'string'));
    default:
      return '';
  }
};

const readMessage = (given: Message): ImportedMessage[] => {
  const { role } = given.author;
  if (role !== 'user' && role !== 'assistant') {
    return [];
  }
  const attachments = (given.metadata?.attachments ?? []).map(({ id, name }) => ({ name, source: id || null }));
  return [{ messageId: given.id, role, text: textOf(given), createdAt: timeOf(given.create_time), attachments }];
};

const read = (json: unknown): ImportedChat => {
  const {
    id,
    conversation_id: otherId,
    title,
    create_time: created,
    current_node: current,
    mapping,
  } = v.parse(conversation, json);
  const nodes = new Map(Object.entries(mapping));
  const leaf = nodes.get(current ?? '') ?? [...nodes.values()].at(-1);
  const branch = branchTo(leaf, ({ parent }) => nodes.get(parent ?? ''));
  const messages = branch.flatMap((entry) => (entry.message ? readMessage(entry.message) : []));
  return {
    chatId: otherId ?? id ?? messages[0]?.messageId ?? '',
    title: title ?? '',
    createdAt: timeOf(created),
    messages: inTurns(messages),
  };
};

export const chatgpt: Importer = {
  origin: 'ChatGPT',
  conversationsIn: (json) => {
    const list: readonly unknown[] = Array.isArray(json) ? json : [json];
    return v.is(v.looseObject({ mapping: v.looseObject({}) }), list[0]) ? list : null;
  },
  read,
};
