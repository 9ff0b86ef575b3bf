// Which files were attached to a message, and how they got into its workspace.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ownerOf, parseAttachmentRecord, serializeAttachmentRecord } from '../workspace/attachmentRecord.ts';
import type { AttachmentRecord } from '../workspace/attachmentRecord.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { integerColumn, textColumn } from './columns.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';
import { touchMessage } from './workspaces.ts';

export interface AttachmentRow {
  /** Known by id so that asking for it as a generated file can be told from asking for nothing. */
  readonly id: string;
  readonly record: AttachmentRecord;
  /** How it was put there: reflink, copy, ... */
  readonly way: string;
  /** Epoch milliseconds. */
  readonly attachedAt: number;
}

export interface Attachments {
  /** The same file asked for by the same name is one attachment of its message: recorded again, it replaces what was known. */
  recordAttachment(workspace: Workspace, attachment: AttachmentRecord & { readonly way: string }): void;
  /** In the order in which they were first attached. */
  listAttachments(workspace: Workspace): AttachmentRow[];
  /** Whether an id is an attachment of this user. */
  isAttachment(user: string, id: string): boolean;
}

const attachmentRow = v.object({
  attachment_id: textColumn,
  record: textColumn,
  way: textColumn,
  attached_at: integerColumn,
});

/** By what it is, not by content: an attachment keeps its id when its source changes. */
const attachmentId = (folder: string, record: AttachmentRecord): string =>
  `attachment_${folder}_${createHash('sha256').update(ownerOf(record)).digest('hex').slice(0, 32)}`;

export const createAttachments = (database: Database, changes: Changes): Attachments => ({
  recordAttachment: (workspace, attachment) => {
    const at = Date.now();
    changes.change(() => {
      database.run(
        `INSERT INTO attachment (attachment_id, owner, message, record, way, attached_at)
         VALUES ($id, $owner, $message, $record, $way, $at)
         ON CONFLICT (attachment_id) DO UPDATE SET record = excluded.record, way = excluded.way, attached_at = excluded.attached_at,
           trashed_at = NULL`,
        {
          id: attachmentId(workspace.folder, attachment),
          owner: toStoredText(workspace.key.user),
          message: workspace.id,
          record: serializeAttachmentRecord(attachment),
          way: attachment.way,
          at,
        },
      );
      touchMessage(database, workspace.id, at);
    });
  },
  listAttachments: ({ id: message }) =>
    database
      .all(
        attachmentRow,
        'SELECT attachment_id, record, way, attached_at FROM attachment WHERE message = $message AND trashed_at IS NULL ORDER BY id',
        { message },
      )
      .flatMap(({ attachment_id: id, record, way, attached_at: attachedAt }) => {
        const parsed = parseAttachmentRecord(record);
        return parsed ? [{ id, record: parsed, way, attachedAt }] : [];
      }),
  isAttachment: (user, id) =>
    database.get(
      v.object({ id: integerColumn }),
      'SELECT id FROM attachment WHERE attachment_id = $id AND owner = $owner',
      { id, owner: toStoredText(user) },
    ) !== undefined,
});
