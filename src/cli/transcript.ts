// A transcript's code blocks as runs of their messages.
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { labelOfMessages } from '../core/chat/labels.ts';
import { parseTranscript, type Transcript, type TranscriptMessage } from '../core/chat/transcript.ts';
import { causeOf, CodedError } from '../core/errors.ts';
import type { CodeSource } from '../core/run/codeSource.ts';
import type { RunRequest } from '../core/run/request.ts';
import { resolveAttachable } from '../core/workspace/attachable.ts';
import type { AttachmentSource } from '../core/workspace/attachments.ts';

/** A file that code comes from, whole. */
export const sourceOfFile = (path: string): CodeSource => ({
  name: basename(path),
  uri: pathToFileURL(path).href,
  firstLine: 0,
});

export interface TranscriptFile {
  readonly transcript: Transcript;
  readonly path: string;
}

/** @throws CodedError `transcript.unreadable` */
export const readTranscript = async (path: string): Promise<TranscriptFile> => {
  try {
    return { transcript: parseTranscript(await readFile(path, 'utf8'), { fileName: path }), path };
  } catch (error) {
    throw new CodedError('transcript.unreadable', { path, cause: causeOf(error) }, { cause: error });
  }
};

/** A run, and how lists call its message. */
export interface NamedRun {
  readonly request: RunRequest;
  readonly words?: { readonly label?: string; readonly chatTitle?: string };
}

export interface TranscriptChoice {
  readonly user: string;
  /** Instead of the transcript's own chat id. */
  readonly chatId: string | undefined;
  /** Only this message; `first` is the first one with code. */
  readonly messageId: string | undefined;
  readonly attachments: readonly AttachmentSource[];
}

const runnable = (message: TranscriptMessage): TranscriptMessage['codeBlocks'] =>
  message.codeBlocks.filter(({ language }) => language === 'python');

/** The runs of a transcript's Python blocks, in order; files outside of its own folder are not attached unasked. */
export const requestsOf = async (file: TranscriptFile, choice: TranscriptChoice): Promise<readonly NamedRun[]> => {
  const { transcript, path } = file;
  const withCode = transcript.messages.filter((message) => runnable(message).length > 0);
  const wanted = choice.messageId === 'first' ? withCode[0]?.messageId : choice.messageId;
  const runs: NamedRun[] = [];
  for (const message of withCode) {
    if (wanted !== undefined && message.messageId !== wanted) {
      continue;
    }
    const { attachable } = await resolveAttachable(dirname(path), message.attachments);
    const label = labelOfMessages(transcript.messages.filter(({ messageId }) => messageId === message.messageId));
    const words = { chatTitle: transcript.title, ...(label !== null && { label }) };
    const key = { user: choice.user, chatId: choice.chatId ?? transcript.chatId, messageId: message.messageId };
    for (const { code, firstLine, indentation } of runnable(message)) {
      const document = { ...sourceOfFile(path), firstLine, indentation: indentation.length };
      const attachments = [...attachable, ...choice.attachments];
      runs.push({ request: { key, code, document, attachments }, words });
    }
  }
  return runs;
};
