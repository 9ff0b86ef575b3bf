// Attachments in the trash: detached from their message. The rows only; their bytes are moved by whoever asks (run/trash.ts).
import { join } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../dataFolder.ts';
import { parseAttachmentRecord, type AttachmentRecord } from '../workspace/attachmentRecord.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { integerColumn, outsideText, textColumn } from './columns.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';

export interface TrashedAttachment {
  readonly id: string;
  readonly workspace: Workspace;
  readonly record: AttachmentRecord;
  /** Epoch milliseconds. */
  readonly trashedAt: number;
}

export interface TrashedAttachments {
  /** Marks attachments as deleted; ids that are none of this user's, or marked already, are left out of the answer. */
  markAttachments(user: string, ids: readonly string[]): TrashedAttachment[];
  /** The latest deleted first. */
  listTrashedAttachments(user: string): TrashedAttachment[];
  /** Of any user. */
  isTrashedAttachment(id: string): boolean;
  /** Gives an attachment in the trash back to its message. */
  unmarkAttachment(user: string, id: string): void;
  /** Removes the row of an attachment in the trash. */
  forgetAttachment(user: string, id: string): void;
}

const attachmentRow = v.object({
  attachment_id: textColumn,
  record: textColumn,
  trashed_at: integerColumn,
  message: integerColumn,
  owner: outsideText,
  chat_id: outsideText,
  message_id: outsideText,
  folder: textColumn,
});

export const createTrashedAttachments = (
  database: Database,
  changes: Changes,
  data: DataFolder,
): TrashedAttachments => {
  const list = (user: string): TrashedAttachment[] =>
    database
      .all(
        attachmentRow,
        `SELECT a.attachment_id, a.record, a.trashed_at, a.message, a.owner, c.chat_id, m.message_id, m.folder
         FROM attachment a JOIN message m ON m.id = a.message JOIN chat c ON c.id = m.chat
         WHERE a.owner = $owner AND a.trashed_at IS NOT NULL ORDER BY a.trashed_at DESC, a.id DESC`,
        { owner: toStoredText(user) },
      )
      .flatMap((row) => {
        const record = parseAttachmentRecord(row.record);
        const key = { user: row.owner, chatId: row.chat_id, messageId: row.message_id };
        const workspace = { id: row.message, key, folder: row.folder, path: join(data.uploads, row.folder) };
        return record ? [{ id: row.attachment_id, workspace, record, trashedAt: row.trashed_at }] : [];
      });

  return {
    markAttachments: (user, ids) =>
      changes.change(() => {
        const marked = new Set<string>();
        for (const id of ids) {
          const { changes: found } = database.run(
            'UPDATE attachment SET trashed_at = $at WHERE attachment_id = $id AND owner = $owner AND trashed_at IS NULL',
            { id, owner: toStoredText(user), at: Date.now() },
          );
          if (found > 0) {
            marked.add(id);
          }
        }
        return list(user).filter(({ id }) => marked.has(id));
      }),
    listTrashedAttachments: list,
    isTrashedAttachment: (id) =>
      database.get(
        v.object({ id: integerColumn }),
        'SELECT id FROM attachment WHERE attachment_id = $id AND trashed_at IS NOT NULL',
        { id },
      ) !== undefined,
    unmarkAttachment: (user, id) => {
      changes.change(() => {
        database.run('UPDATE attachment SET trashed_at = NULL WHERE attachment_id = $id AND owner = $owner', {
          id,
          owner: toStoredText(user),
        });
      });
    },
    forgetAttachment: (user, id) => {
      database.write(() =>
        database.run('DELETE FROM attachment WHERE attachment_id = $id AND owner = $owner AND trashed_at IS NOT NULL', {
          id,
          owner: toStoredText(user),
        }),
      );
    },
  };
};
