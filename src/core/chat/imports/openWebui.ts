// Open WebUI: "Export chats", a list of chats; each a tree of messages (`history`) of which one branch is shown.
import * as v from 'valibot';
import { branchTo, inTurns, optionalList, optionalText, timeOf } from './parts.ts';
import type { ImportedChat, Importer } from './types.ts';

const message = v.looseObject({
  id: v.string(),
  parentId: v.nullish(v.string()),
  role: v.string(),
  content: optionalText,
  timestamp: v.optional(v.unknown()),
  files: optionalList(v.looseObject({ name: v.optional(v.string()), id: optionalText, url: optionalText })),
});

const chat = v.looseObject({
  title: optionalText,
  timestamp: v.optional(v.unknown()),
  history: v.optional(v.looseObject({ currentId: v.nullish(v.string()), messages: v.record(v.string(), message) })),
  messages: v.optional(v.array(message)),
});

const conversation = v.looseObject({
  id: v.optional(v.string()),
  title: optionalText,
  created_at: v.optional(v.unknown()),
  chat,
});

const read = (json: unknown): ImportedChat => {
  const { id, title, created_at: created, chat: content } = v.parse(conversation, json);
  const nodes = new Map(Object.entries(content.history?.messages ?? {}));
  const leaf = nodes.get(content.history?.currentId ?? '') ?? [...nodes.values()].at(-1);
  const branch = leaf ? branchTo(leaf, ({ parentId }) => nodes.get(parentId ?? '')) : (content.messages ?? []);
  return {
    chatId: id ?? branch[0]?.id ?? '',
    title: title || content.title,
    createdAt: timeOf(created ?? content.timestamp),
    messages: inTurns(
      branch.map((each) => ({
        messageId: each.id,
        role: each.role === 'user' || each.role === 'system' ? each.role : 'assistant',
        text: withoutDetails(each.content),
        createdAt: timeOf(each.timestamp),
        attachments: each.files.flatMap(({ name, id: fileId, url }) =>
          name === undefined ? [] : [{ name, source: (url.startsWith('data:') ? '' : url) || fileId || null }],
        ),
      })),
    ),
  };
};

/** Reasoning and tool calls stand as `<details type="...">` in a reply. */
const withoutDetails = (content: string): string =>
  content.replaceAll(/<details type="[^"]*"[^>]*>.*?<\/details>\n?/gsu, '');

export const openWebui: Importer = {
  origin: 'Open WebUI',
  conversationsIn: (json) => {
    const list: readonly unknown[] = Array.isArray(json) ? json : [json];
    const isChat = v.union([
      v.looseObject({ chat: v.looseObject({ history: v.looseObject({}) }) }),
      v.looseObject({ chat: v.looseObject({ messages: v.array(v.unknown()) }) }),
    ]);
    return v.is(isChat, list[0]) ? list : null;
  },
  read,
};
