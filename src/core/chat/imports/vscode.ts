// VS Code: "Chat: Export Chat...", one session with its requests. Shapes: IExportableChatData in VS Code's chatModel.ts.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import * as v from 'valibot';
import { inTurns, optionalList, optionalText, timeOf } from './parts.ts';
import type { ImportedAttachment, ImportedChat, ImportedMessage, Importer } from './types.ts';

const uri = v.looseObject({ scheme: optionalText, path: v.string() });

const variable = v.looseObject({
  kind: optionalText,
  name: optionalText,
  value: v.optional(v.unknown()),
});

/** Parts of a response without `kind` are Markdown. */
const part = v.looseObject({
  kind: optionalText,
  value: v.optional(v.unknown()),
  name: optionalText,
  toolId: optionalText,
});

const request = v.looseObject({
  requestId: optionalText,
  message: v.union([v.string(), v.looseObject({ text: v.string() })]),
  variableData: v.fallback(v.optional(v.looseObject({ variables: optionalList(variable) })), undefined),
  response: optionalList(part),
  timestamp: v.optional(v.unknown()),
});

const session = v.looseObject({
  sessionId: optionalText,
  customTitle: optionalText,
  creationDate: v.optional(v.unknown()),
  requests: v.array(request),
});

type Request = v.InferOutput<typeof request>;

/** A file is a URI, or a location in one. */
const attachmentOf = ({ kind, name, value }: v.InferOutput<typeof variable>): ImportedAttachment[] => {
  const location = v.safeParse(v.looseObject({ uri }), value);
  const target = location.success ? location.output.uri : v.safeParse(uri, value).output;
  if (!v.is(uri, target) || !['', 'file', 'image'].includes(kind)) {
    return [];
  }
  const { scheme, path } = v.parse(uri, target);
  return [
    { name: posix.basename(path) || name, source: scheme === 'file' || scheme === '' ? path : `${scheme}:${path}` },
  ];
};

const textOfPart = ({ kind, value, name }: v.InferOutput<typeof part>): string => {
  switch (kind) {
    case '':
    case 'markdownContent':
    case 'markdownVuln': {
      const content = v.safeParse(v.looseObject({ value: v.string() }), value);
      return typeof value === 'string' ? value : content.success ? content.output.value : '';
    }
    case 'inlineReference':
      return name === '' ? '' : `\`${name}\``;
    default:
      return '';
  }
};

const messagesOf = (
  { requestId, message, variableData, response, timestamp }: Request,
  index: number,
): ImportedMessage[] => {
  const messageId = requestId || `request-${index + 1}`;
  const createdAt = timeOf(timestamp);
  const text = typeof message === 'string' ? message : message.text;
  return [
    { messageId, role: 'user', text, createdAt, attachments: (variableData?.variables ?? []).flatMap(attachmentOf) },
    { messageId, role: 'assistant', text: response.map(textOfPart).join(''), createdAt, attachments: [] },
  ];
};

/** An export made by the command has no session id: then one follows from what it says. */
const read = (json: unknown): ImportedChat => {
  const { sessionId, customTitle, creationDate, requests } = v.parse(session, json);
  const messages = requests.flatMap(messagesOf);
  const hash = createHash('sha256')
    .update(JSON.stringify(messages[0] ?? null))
    .digest('hex')
    .slice(0, 12);
  return {
    chatId: sessionId || `vscode-${hash}`,
    title: customTitle,
    createdAt: timeOf(creationDate) ?? messages[0]?.createdAt ?? null,
    messages: inTurns(messages),
  };
};

export const vscode: Importer = {
  origin: 'VS Code',
  conversationsIn: (json) =>
    v.is(
      v.looseObject({ requests: v.array(v.looseObject({ message: v.unknown() })), responderUsername: v.string() }),
      json,
    )
      ? [json]
      : null,
  read,
};
