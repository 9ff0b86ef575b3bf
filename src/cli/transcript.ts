// A transcript's code blocks as runs of their messages.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseTranscript, type Transcript, type TranscriptMessage } from '../core/chat/transcript.ts';
import { causeOf, CodedError } from '../core/errors.ts';
import type { RunRequest } from '../core/run/request.ts';
import { resolveAttachable } from '../core/workspace/attachable.ts';
import type { AttachmentSource } from '../core/workspace/attachments.ts';

export interface TranscriptFile {
  readonly transcript: Transcript;
  readonly folder: string;
}

/** @throws CodedError `transcript.unreadable` */
export const readTranscript = async (path: string): Promise<TranscriptFile> => {
  try {
    return { transcript: parseTranscript(await readFile(path, 'utf8'), { fileName: path }), folder: dirname(path) };
  } catch (error) {
    throw new CodedError('transcript.unreadable', { path, cause: causeOf(error) }, { cause: error });
  }
};

export interface TranscriptChoice {
  readonly user: string;
  /** Instead of the transcript's own chat id. */
  readonly chatId: string | undefined;
  /** Only this message; `first` is the first one with code. */
  readonly messageId: string | undefined;
  readonly attachments: readonly AttachmentSource[];
}

const runnable = (message: TranscriptMessage): readonly string[] =>
  message.codeBlocks.filter(({ language }) => language === 'python').map(({ code }) => code);

/** The runs of a transcript's Python blocks, in order; files outside of its own folder are not attached unasked. */
export const requestsOf = async (file: TranscriptFile, choice: TranscriptChoice): Promise<readonly RunRequest[]> => {
  const { transcript, folder } = file;
  const withCode = transcript.messages.filter((message) => runnable(message).length > 0);
  const wanted = choice.messageId === 'first' ? withCode[0]?.messageId : choice.messageId;
  const requests: RunRequest[] = [];
  for (const message of withCode) {
    if (wanted !== undefined && message.messageId !== wanted) {
      continue;
    }
    const { attachable } = await resolveAttachable(folder, message.attachments);
    const key = { user: choice.user, chatId: choice.chatId ?? transcript.chatId, messageId: message.messageId };
    for (const code of runnable(message)) {
      requests.push({ key, code, attachments: [...attachable, ...choice.attachments] });
    }
  }
  return requests;
};
