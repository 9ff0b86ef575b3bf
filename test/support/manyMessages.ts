// A registry with very many messages, each with a run and a file, as rows only: their bytes are never asked for.
import { DatabaseSync } from 'node:sqlite';
import type { DataFolder } from '../../src/core/dataFolder.ts';

export interface ManyMessages {
  readonly user: string;
  readonly chatId: string;
  readonly count: number;
}

/** Adds a chat with so many messages `message-1`, `message-2`, ... to a registry that there is. */
export const addMessages = ({ registry }: DataFolder, { user, chatId, count }: ManyMessages): void => {
  const database = new DatabaseSync(registry);
  try {
    database.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
    const insert = (sql: string): ((...values: (string | number)[]) => number) => {
      const statement = database.prepare(sql);
      return (...values) => Number(statement.run(...values).lastInsertRowid);
    };
    const addMessage = insert(
      `INSERT INTO message (owner, chat, message_id, label, folder, folded_folder, files, created_at, last_used_at)
       VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)`,
    );
    const addRun = insert(
      `INSERT INTO run (run_id, owner, message, code, language, kernel, started_at, ended_at, status)
       VALUES (?, ?, ?, 'pass', 'python', 'python3', ?, ?, 'ok')`,
    );
    const addFile = insert(
      `INSERT INTO file (file_id, owner, message, path, size, sha256, format, mime_type, created_at)
       VALUES (?, ?, ?, 'result.csv', 5, ?, 'CSV', 'text/csv', ?)`,
    );
    const addVersion = insert(
      `INSERT INTO version (file, message, path, run, status, modified_at, kept_at) VALUES (?, ?, 'result.csv', ?, 'created', ?, ?)`,
    );
    const now = Date.now();
    const chat = insert('INSERT INTO chat (owner, chat_id, title, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')(
      user,
      chatId,
      chatId,
      now,
      now,
    );
    for (let number = 1; number <= count; number++) {
      const at = now - (count - number) * 60_000;
      const id = `message-${number}`;
      const folder = `${chatId}-${id}`;
      const message = addMessage(user, chat, id, `Message ${number}`, folder, folder, at, at);
      const run = addRun(`${chatId}-run-${number}`, user, message, at, at);
      const file = addFile(`code_gen_${folder}_0`, user, message, number.toString(16).padStart(64, '0'), at);
      addVersion(file, message, run, at, at);
    }
    database.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'changes'; COMMIT");
  } finally {
    database.close();
  }
};

/** Takes such a chat away again. */
export const removeMessages = ({ registry }: DataFolder, chatId: string): void => {
  const database = new DatabaseSync(registry);
  try {
    const messages = 'SELECT m.id FROM message m JOIN chat c ON c.id = m.chat WHERE c.chat_id = ?';
    database.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
    for (const table of ['version', 'file', 'run']) {
      database.prepare(`DELETE FROM ${table} WHERE message IN (${messages})`).run(chatId);
    }
    database.prepare('DELETE FROM message WHERE chat = (SELECT id FROM chat WHERE chat_id = ?)').run(chatId);
    database.prepare('DELETE FROM chat WHERE chat_id = ?').run(chatId);
    database.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'changes'; COMMIT");
  } finally {
    database.close();
  }
};
