// Which files were attached to a message, and how they got into its workspace.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { integerColumn, textColumn } from './columns.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';
import { touchMessage } from './workspaces.ts';

export interface NewAttachment {
  /** Its name in the workspace. */
  readonly name: string;
  /** Where it came from. */
  readonly source: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** How it was put there: reflink, copy, link, push. */
  readonly way: string;
}

export interface AttachmentRow extends NewAttachment {
  /** Known by id so that asking for it as a generated file can be told from asking for nothing. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly attachedAt: number;
}

export interface Attachments {
  /** A name is one attachment of its message: recorded again, it replaces what was known. */
  recordAttachment(workspace: Workspace, attachment: NewAttachment): void;
  /** In the order in which they were first attached. */
  listAttachments(workspace: Workspace): AttachmentRow[];
  /** Whether an id is an attachment of this user. */
  isAttachment(user: string, id: string): boolean;
}

const attachmentRow = v.pipe(
  v.object({
    attachment_id: textColumn,
    name: textColumn,
    source: textColumn,
    size: integerColumn,
    sha256: textColumn,
    way: textColumn,
    attached_at: integerColumn,
  }),
  v.transform(({ attachment_id, attached_at, ...rest }): AttachmentRow => ({
    id: attachment_id,
    ...rest,
    attachedAt: attached_at,
  })),
);

/** By name, not by content: an attachment keeps its id when its source changes. */
const attachmentId = (folder: string, name: string): string =>
  `attachment_${folder}_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;

export const createAttachments = (database: Database, changes: Changes): Attachments => ({
  recordAttachment: (workspace, { name, source, size, sha256, way }) => {
    const at = Date.now();
    changes.change(() => {
      database.run(
        `INSERT INTO attachment (attachment_id, owner, message, name, source, size, sha256, way, attached_at)
         VALUES ($id, $owner, $message, $name, $source, $size, $sha256, $way, $at)
         ON CONFLICT (message, name) DO UPDATE SET source = excluded.source, size = excluded.size, sha256 = excluded.sha256,
           way = excluded.way, attached_at = excluded.attached_at`,
        {
          id: attachmentId(workspace.folder, name),
          owner: toStoredText(workspace.key.user),
          message: workspace.id,
          name,
          source,
          size,
          sha256,
          way,
          at,
        },
      );
      touchMessage(database, workspace.id, at);
    });
  },
  listAttachments: ({ id }) =>
    database.all(
      attachmentRow,
      `SELECT attachment_id, name, source, size, sha256, way, attached_at FROM attachment WHERE message = $message ORDER BY id`,
      { message: id },
    ),
  isAttachment: (user, id) =>
    database.get(
      v.object({ id: integerColumn }),
      'SELECT id FROM attachment WHERE attachment_id = $id AND owner = $owner',
      { id, owner: toStoredText(user) },
    ) !== undefined,
});
