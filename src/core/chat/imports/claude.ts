// Claude: `conversations.json` of "Export data", a list of conversations, each a list of messages.
import * as v from 'valibot';
import { inTurns, optionalList, optionalText, paragraphs, timeOf } from './parts.ts';
import type { ImportedChat, Importer } from './types.ts';

const file = v.looseObject({ file_name: v.string(), file_uuid: optionalText });

const conversation = v.looseObject({
  uuid: v.string(),
  name: optionalText,
  created_at: optionalText,
  chat_messages: v.array(
    v.looseObject({
      uuid: v.string(),
      sender: v.string(),
      text: optionalText,
      content: optionalList(v.looseObject({ type: v.literal('text'), text: v.string() })),
      created_at: optionalText,
      attachments: optionalList(file),
      files: optionalList(file),
    }),
  ),
});

const read = (json: unknown): ImportedChat => {
  const { uuid, name, created_at: created, chat_messages: messages } = v.parse(conversation, json);
  return {
    chatId: uuid,
    title: name,
    createdAt: timeOf(created),
    messages: inTurns(
      messages.map((message) => ({
        messageId: message.uuid,
        role: message.sender === 'human' ? 'user' : 'assistant',
        text: message.content.length > 0 ? paragraphs(message.content.map(({ text }) => text)) : message.text,
        createdAt: timeOf(message.created_at),
        attachments: [...message.attachments, ...message.files].map((given) => ({
          name: given.file_name,
          source: given.file_uuid || null,
        })),
      })),
    ),
  };
};

export const claude: Importer = {
  origin: 'Claude',
  conversationsIn: (json) => {
    const list: readonly unknown[] = Array.isArray(json) ? json : [json];
    return v.is(v.looseObject({ chat_messages: v.array(v.unknown()) }), list[0]) ? list : null;
  },
  read,
};
