// The code that a command means: a selection, the block at the cursor, a file, a message of a transcript.
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { CodeSource } from '../../core/run/codeSource.ts';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import type { EngineModule, ReaderModule } from '../services.ts';
import { basenameOf } from '../names.ts';
import { languageInMarkdown } from './languages.ts';
import type { CurrentMessages } from './currentMessage.ts';

/** Code with the message it belongs to and the place it comes from. */
export interface Snippet {
  readonly key: MessageKey;
  readonly code: string;
  /** As a kernelspec calls it; `undefined` leaves it to the kernel. */
  readonly language: string | undefined;
  readonly document: vscode.Uri;
  /** The line of the document on which the code begins, from 0. */
  readonly line: number;
  /** Characters before the code on its first line. */
  readonly firstColumn: number;
  /** Characters taken off the other lines. */
  readonly indentation: number;
  readonly attachments: readonly AttachmentSource[];
  /** What its message links to, as written; those that may be attached are found when it runs. */
  readonly links?: Parameters<EngineModule['resolveAttachable']>[1];
  /** What its message is called in lists; `undefined` leaves it as it is. */
  readonly label: string | undefined;
  readonly chatTitle: string;
}

/** Takes the indentation that all lines share off: a selection from inside a function runs as it is. */
const dedent = (code: string): { readonly code: string; readonly indentation: number } => {
  const lines = code.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const [first = ''] = indents;
  let shared = first.length;
  for (const indent of indents) {
    while (!indent.startsWith(first.slice(0, shared))) {
      shared--;
    }
  }
  return {
    code: lines.map((line) => (line.trim() === '' ? '' : line.slice(shared))).join('\n'),
    indentation: shared,
  };
};

const isMarkdown = (document: vscode.TextDocument): boolean => document.languageId === 'markdown';

export const isTranscript = (document: vscode.Uri): boolean => document.path.endsWith('.chat.md');

const titleOf = (document: vscode.TextDocument): string => vscode.workspace.asRelativePath(document.uri);

/** The first words, as plain text: of a Markdown link its text. */
const labelOf = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').slice(0, 60);

/** Text without a language is taken for the gateway's default; `null` where no kernel can be known for it. */
const languageOf = (
  { kernelLanguage }: ReaderModule,
  { languageId }: vscode.TextDocument,
): string | undefined | null => (languageId === 'plaintext' ? undefined : kernelLanguage(languageId));

/** A document whose language no kernel is known for. */
export interface Unknown {
  readonly unknown: string;
}

export const isUnknown = (found: Snippet | Unknown): found is Unknown => 'unknown' in found;

/** The selection, whole from its first column: code that begins in the middle of a line loses nothing. */
export const selectionSnippet = (
  reader: ReaderModule,
  editor: vscode.TextEditor,
  messages: CurrentMessages,
): Snippet | Unknown => {
  const { document, selection } = editor;
  const range = selection.isEmpty
    ? document.lineAt(selection.active.line).range
    : selection.start.character > 0 &&
        document.lineAt(selection.start.line).text.slice(0, selection.start.character).trim() === ''
      ? new vscode.Range(selection.start.with(undefined, 0), selection.end)
      : selection;
  const { code, indentation } = dedent(document.getText(range).replaceAll('\r\n', '\n'));
  const { language, label } = isMarkdown(document)
    ? languageInMarkdown(reader, document.getText(), range.start.line)
    : { language: languageOf(reader, document), label: document.languageId };
  if (language === null) {
    return { unknown: label };
  }
  return {
    key: messages.of(document.uri),
    code,
    language,
    document: document.uri,
    line: range.start.line,
    firstColumn: range.start.character + indentation,
    indentation,
    attachments: [],
    label: labelOf(code),
    chatTitle: titleOf(document),
  };
};

/** The whole file as code. */
export const fileSnippet = (
  reader: ReaderModule,
  document: vscode.TextDocument,
  messages: CurrentMessages,
): Snippet | Unknown => {
  const language = languageOf(reader, document);
  if (language === null) {
    return { unknown: document.languageId };
  }
  return {
    key: messages.of(document.uri),
    code: document.getText().replaceAll('\r\n', '\n'),
    language,
    document: document.uri,
    line: 0,
    firstColumn: 0,
    indentation: 0,
    attachments: [],
    label: titleOf(document),
    chatTitle: titleOf(document),
  };
};

const hasLanguage = <Block extends { readonly language: string | null }>(
  block: Block,
): block is Block & { readonly language: string } => block.language !== null;

/**
 * All blocks in languages of kernels, of a Markdown document, in order, each with its message. Looks at no file: code lenses ask for it
 * after each edit.
 */
export const blockSnippets = (
  reader: ReaderModule,
  document: vscode.TextDocument,
  messages: CurrentMessages,
): readonly Snippet[] => {
  if (!isMarkdown(document)) {
    return [];
  }
  const text = document.getText();
  const base = { document: document.uri, chatTitle: titleOf(document) };
  if (!isTranscript(document.uri)) {
    return reader
      .codeBlocks(text)
      .filter(hasLanguage)
      .map((block) => ({
        ...base,
        key: messages.of(document.uri),
        code: block.code,
        language: block.language,
        line: block.firstLine,
        firstColumn: block.indentation.length,
        indentation: block.indentation.length,
        attachments: [],
        label: labelOf(block.code),
      }));
  }
  const transcript = reader.parseTranscript(text, { fileName: document.uri.path });
  const snippets: Snippet[] = [];
  for (const message of transcript.messages) {
    const runnable = message.codeBlocks.filter(hasLanguage);
    if (runnable.length === 0) {
      continue;
    }
    const turn = transcript.messages.filter(({ messageId }) => messageId === message.messageId);
    const label = reader.labelOfMessages(turn);
    for (const block of runnable) {
      snippets.push({
        ...base,
        chatTitle: transcript.title,
        key: { user: userInfo().username, chatId: transcript.chatId, messageId: message.messageId },
        code: block.code,
        language: block.language,
        line: block.firstLine,
        firstColumn: block.indentation.length,
        indentation: block.indentation.length,
        attachments: [],
        links: message.attachments,
        label: label ?? labelOf(block.code),
      });
    }
  }
  return snippets;
};

/** The document as errors name it. */
export const sourceOf = ({ document, line, firstColumn, indentation }: Snippet): CodeSource => ({
  name: basenameOf(document),
  uri: document.toString(),
  firstLine: line,
  firstColumn,
  indentation,
});

/** The snippet with the files that its message links to: those in the chat's folder, and those that the user lets it have. */
export const withLinkedFiles = async (
  engine: EngineModule,
  snippet: Snippet,
  consent: (
    snippet: Snippet,
    requests: Awaited<ReturnType<EngineModule['resolveAttachable']>>['needsConsent'],
  ) => Promise<readonly AttachmentSource[]>,
): Promise<Snippet> => {
  const { document, links = [] } = snippet;
  if (document.scheme !== 'file' || links.length === 0) {
    return snippet;
  }
  const { attachable, needsConsent } = await engine.resolveAttachable(dirname(document.fsPath), links);
  const allowed = needsConsent.length === 0 ? [] : await consent(snippet, needsConsent);
  return { ...snippet, attachments: [...snippet.attachments, ...attachable, ...allowed], links: [] };
};

/** The block that a lens was made for: the one with its code that is nearest to where it was, else the one there now. */
export const blockOfLens = (snippets: readonly Snippet[], line: number, code: string): Snippet | undefined => {
  const same = snippets.filter((snippet) => snippet.code === code);
  const [nearest] = same.sort((one, other) => Math.abs(one.line - line) - Math.abs(other.line - line));
  return nearest ?? blockAt(snippets, line);
};

/** The block around a line; `undefined` when there is none. */
export const blockAt = (snippets: readonly Snippet[], line: number): Snippet | undefined =>
  snippets.find((snippet) => line >= snippet.line - 1 && line <= snippet.line + snippet.code.split('\n').length);
