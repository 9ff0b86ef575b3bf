// What is known of a message's attachments: what was asked for, what is remembered, what came of it.
import * as v from 'valibot';
import type { AttachmentFailure, CopyWay } from './attachmentSource.ts';
import type { FileEntry } from './snapshot.ts';

/** A file that belongs to a message. */
export interface AttachmentSource {
  /** Absolute. */
  readonly path: string;
  /** Its name in the workspace; the path's own last part where none is given. */
  readonly name?: string | undefined;
  /** The file that was agreed to; where `path` leads elsewhere by now, nothing is attached. */
  readonly realPath?: string | undefined;
}

const recordSchema = v.object({
  sourcePath: v.string(),
  realPath: v.string(),
  name: v.string(),
  relativePath: v.string(),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)),
  sourceStamp: v.string(),
  copyStamp: v.string(),
});

/** What is remembered of a prepared attachment, for the next run of the same message. Plain JSON. */
export interface AttachmentRecord {
  /** The path that was attached. */
  readonly sourcePath: string;
  /** The file that it led to. */
  readonly realPath: string;
  /** The name that was asked for. */
  readonly name: string;
  /** Where it is in the workspace; differs from `name` when that was taken. */
  readonly relativePath: string;
  /** Bytes, and content, as prepared. */
  readonly size: number;
  readonly sha256: string;
  /** The version of the source; only to be compared for equality. */
  readonly sourceStamp: string;
  /** The version of the copy as it was prepared; only to be compared for equality. */
  readonly copyStamp: string;
}

/** A record as JSON, from a {@link PreparedAttachment} too. */
export const serializeAttachmentRecord = (record: AttachmentRecord): string =>
  JSON.stringify(v.parse(recordSchema, record));

/** The record that a text was made of; `undefined` where it is none. */
export const parseAttachmentRecord = (text: string): AttachmentRecord | undefined => {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

export interface PreparedAttachment extends AttachmentRecord {
  /** How it got there; `present`: it was there already. */
  readonly way: CopyWay | 'present';
  /** Whether the record that was given is still exact; otherwise this one replaces it. */
  readonly isRecorded: boolean;
  /** Whether the code changed the copy since it was prepared. */
  readonly changedInWorkspace: boolean;
  /** The copy as it is now, with the hash of its present content, unless that can't be read. */
  readonly entry: FileEntry;
}

export interface SkippedAttachment {
  /** The path that was attached. */
  readonly path: string;
  readonly code: AttachmentFailure;
  /** The cause in one line. */
  readonly detail: string;
}

/** Who has a name in the workspace: the same file asked for by the same name. */
export const ownerOf = (attachment: { readonly realPath: string; readonly name: string }): string =>
  `${attachment.name}/${attachment.realPath}`;
