// The `code-interpreter:` scheme: kept files by id, and the records of messages.
import * as vscode from 'vscode';
import type { MessageKey } from '../core/workspace/messageKey.ts';

export const scheme = 'code-interpreter';

/** What a URI of ours names. */
export type Target =
  { readonly kind: 'file'; readonly id: string } | { readonly kind: 'record'; readonly key: MessageKey };

const encodeKey = ({ user, chatId, messageId }: MessageKey): string =>
  Buffer.from(JSON.stringify([user, chatId, messageId])).toString('base64url');

/** A tab's title is the last part of the path: the message's id, without what a path can't hold. */
const titleOf = (messageId: string): string => messageId.replace(/[/\\?#\s]+/g, ' ').slice(0, 60) || 'message';

/** `code-interpreter:/runs/<key>/<message>.ipynb`. */
export const recordUri = (key: MessageKey): vscode.Uri =>
  vscode.Uri.from({ scheme, path: `/runs/${encodeKey(key)}/${titleOf(key.messageId)}.ipynb` });

/** `code-interpreter:/files/<id>/<name>`. */
export const fileUri = (id: string, name: string): vscode.Uri =>
  vscode.Uri.from({ scheme, path: `/files/${id}/${name}` });

const decodeKey = (text: string): MessageKey | undefined => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) {
      return undefined;
    }
    const [user, chatId, messageId] = parts;
    return user !== undefined && chatId !== undefined && messageId !== undefined
      ? { user, chatId, messageId }
      : undefined;
  } catch {
    return undefined;
  }
};

/** Reads a URI of ours; `undefined` when it names nothing. */
export const targetOf = (uri: vscode.Uri): Target | undefined => {
  const [, kind, id = ''] = uri.path.split('/');
  if (kind === 'files' && id !== '') {
    return { kind: 'file', id };
  }
  const key = kind === 'runs' ? decodeKey(id) : undefined;
  return key && { kind: 'record', key };
};

/** The document that a tab shows; of a comparison the later side. */
export const uriOfTab = ({ input }: vscode.Tab): vscode.Uri | undefined => {
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) {
    return input.uri;
  }
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
};
