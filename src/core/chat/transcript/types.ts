// What a transcript holds once it is read. Lines count from 0.
import type { CodeBlock } from '../codeBlocks.ts';

export type Role = 'user' | 'assistant' | 'system';

/** A file that a message links to. */
export interface TranscriptAttachment {
  /** The link's target as a path, decoded, without its `#fragment`: relative to the transcript's folder unless it is absolute. */
  readonly target: string;
  /** The link's text; the target where it has none. */
  readonly label: string;
  readonly line: number;
}

/** What one side said under one heading. */
export interface TranscriptMessage {
  /** The id of the turn it belongs to, shared by a request and its replies: the key of their one workspace. */
  readonly messageId: string;
  readonly role: Role;
  /** The Markdown under the heading, without marks and without blank lines at its ends. */
  readonly text: string;
  /** The line of its heading, or its first line where it has none. */
  readonly startLine: number;
  /** Its last line. */
  readonly endLine: number;
  readonly codeBlocks: readonly CodeBlock[];
  /** What its code can read: the files that the turn's request links to, or the last request's where the turn has none. */
  readonly attachments: readonly TranscriptAttachment[];
}

export interface Transcript {
  readonly chatId: string;
  readonly title: string;
  readonly messages: readonly TranscriptMessage[];
}
