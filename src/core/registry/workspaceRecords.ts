// <data>/workspaces/<folder>.json: whose folder it is, beside the database. After the database is lost, a folder with
// someone's files in it goes back to its message and is never given to another one.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../dataFolder.ts';
import { causeOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { isSafeFolderName } from '../workspace/folderNames.ts';
import { stagedName } from '../workspace/staging.ts';

const recordSchema = v.object({
  user: v.string(),
  chat_id: v.string(),
  message_id: v.string(),
  workspace_id: v.pipe(v.string(), v.check(isSafeFolderName)),
  chat_title: v.nullable(v.string()),
  label: v.nullable(v.string()),
  pinned: v.boolean(),
  created_at: v.pipe(v.string(), v.isoTimestamp()),
});

export type WorkspaceRecord = v.InferOutput<typeof recordSchema>;

const folderOf = (data: DataFolder): string => join(data.root, 'workspaces');

/**
 * Writes a record whole or not at all. Not made durable: it is needed only when the database is lost, and a lost power supply
 * does not lose that.
 * @throws the system's error
 */
export const writeWorkspaceRecord = (data: DataFolder, record: WorkspaceRecord): void => {
  const folder = folderOf(data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const staged = join(folder, stagedName());
  writeFileSync(staged, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(staged, join(folder, `${record.workspace_id}.json`));
};

/** All records that can be read; the others are named in the log. */
export const readWorkspaceRecords = (data: DataFolder, log: Log): WorkspaceRecord[] => {
  const folder = folderOf(data);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      try {
        return [v.parse(recordSchema, JSON.parse(readFileSync(join(folder, name), 'utf8')))];
      } catch (error) {
        log.warn(`${join(folder, name)} is no record of a workspace: ${causeOf(error)}`);
        return [];
      }
    })
    .sort((a, b) => a.created_at.localeCompare(b.created_at));
};
