// The code that a command means: a selection, the block at the cursor, a file, a message of a transcript.
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import type { EngineModule } from '../services.ts';
import type { CurrentMessages } from './currentMessage.ts';

/** Code with the message it belongs to and the place it comes from. */
export interface Snippet {
  readonly key: MessageKey;
  readonly code: string;
  readonly language: string;
  readonly document: vscode.Uri;
  /** The line of the document on which the code begins, from 0. */
  readonly line: number;
  readonly attachments: readonly AttachmentSource[];
  readonly label: string;
  readonly chatTitle: string;
}

/** Takes the indentation that all lines share off: a selection from inside a function runs as it is. */
export const dedent = (code: string): string => {
  const lines = code.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const [first = ''] = indents;
  let shared = first.length;
  for (const indent of indents) {
    while (!indent.startsWith(first.slice(0, shared))) {
      shared--;
    }
  }
  return lines.map((line) => (line.trim() === '' ? line.trim() : line.slice(shared))).join('\n');
};

const isMarkdown = (document: vscode.TextDocument): boolean => document.languageId === 'markdown';

export const isTranscript = (document: vscode.Uri): boolean => document.path.endsWith('.chat.md');

const titleOf = (document: vscode.TextDocument): string => vscode.workspace.asRelativePath(document.uri);

/** The first words, as plain text: of a Markdown link its text. */
const labelOf = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').slice(0, 60);

/** The selection, whole from its first column: code that begins in the middle of a line loses nothing. */
export const selectionSnippet = (editor: vscode.TextEditor, messages: CurrentMessages): Snippet => {
  const { document, selection } = editor;
  const range = selection.isEmpty
    ? document.lineAt(selection.active.line).range
    : selection.start.character > 0 &&
        document.lineAt(selection.start.line).text.slice(0, selection.start.character).trim() === ''
      ? new vscode.Range(selection.start.with(undefined, 0), selection.end)
      : selection;
  const code = dedent(document.getText(range).replaceAll('\r\n', '\n'));
  return {
    key: messages.of(document.uri),
    code,
    language: document.languageId,
    document: document.uri,
    line: range.start.line,
    attachments: [],
    label: labelOf(code),
    chatTitle: titleOf(document),
  };
};

/** The whole file as code. */
export const fileSnippet = (document: vscode.TextDocument, messages: CurrentMessages): Snippet => ({
  key: messages.of(document.uri),
  code: document.getText().replaceAll('\r\n', '\n'),
  language: document.languageId,
  document: document.uri,
  line: 0,
  attachments: [],
  label: titleOf(document),
  chatTitle: titleOf(document),
});

/** All runnable blocks of a Markdown document, in order, each with its message and that message's attachments. */
export const blockSnippets = async (
  engine: EngineModule,
  document: vscode.TextDocument,
  messages: CurrentMessages,
): Promise<readonly Snippet[]> => {
  if (!isMarkdown(document)) {
    return [];
  }
  const text = document.getText();
  const base = { document: document.uri, chatTitle: titleOf(document) };
  if (!isTranscript(document.uri)) {
    return engine
      .codeBlocks(text)
      .filter(({ language }) => language === 'python')
      .map((block) => ({
        ...base,
        key: messages.of(document.uri),
        code: block.code,
        language: 'python',
        line: block.firstLine,
        attachments: [],
        label: labelOf(block.code),
      }));
  }
  const transcript = engine.parseTranscript(text, { fileName: document.uri.path });
  const folder = document.uri.scheme === 'file' ? dirname(document.uri.fsPath) : undefined;
  const snippets: Snippet[] = [];
  for (const message of transcript.messages) {
    const runnable = message.codeBlocks.filter(({ language }) => language === 'python');
    if (runnable.length === 0) {
      continue;
    }
    const { attachable } =
      folder === undefined ? { attachable: [] } : await engine.resolveAttachable(folder, message.attachments);
    const request = transcript.messages.find(
      ({ messageId, role }) => messageId === message.messageId && role === 'user',
    );
    for (const block of runnable) {
      snippets.push({
        ...base,
        chatTitle: transcript.title,
        key: { user: userInfo().username, chatId: transcript.chatId, messageId: message.messageId },
        code: block.code,
        language: 'python',
        line: block.firstLine,
        attachments: attachable,
        label: labelOf(request?.text ?? block.code),
      });
    }
  }
  return snippets;
};

/** The block around a line; `undefined` when there is none. */
export const blockAt = (snippets: readonly Snippet[], line: number): Snippet | undefined =>
  snippets.find((snippet) => line >= snippet.line - 1 && line <= snippet.line + snippet.code.split('\n').length);
