// Starting keeper processes, and checking what they leave behind.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DataFolder } from '../../../src/core/dataFolder.ts';

const program = fileURLToPath(new URL('keeper.ts', import.meta.url));

export interface Keeper {
  readonly child: ChildProcess;
  /** Lines said so far. */
  readonly lines: string[];
  /** Resolves with the exit status, `null` for a kill. */
  readonly ended: Promise<number | null>;
  /** Resolves at the first line, or at the end. */
  readonly started: Promise<unknown>;
}

export interface KeeperOptions {
  readonly name: string;
  readonly rounds: number;
  readonly bytes: number;
  /** A file that is kept in each other round. */
  readonly other?: string;
  /** Put before the program: a shell's limits, another mount namespace. */
  readonly through?: readonly string[];
}

export const startKeeper = (root: string, { name, rounds, bytes, other, through = [] }: KeeperOptions): Keeper => {
  const words = [...through, process.execPath, program, root, name, String(rounds), String(bytes)];
  const args = [...words.slice(1), ...(other === undefined ? [] : [other])];
  const child = spawn(words[0] ?? process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  let problems = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problems += text;
  });
  const ended = once(child, 'close').then(([status]) => {
    assert.ok(status === null || status === 0, problems);
    return status as number | null;
  });
  return { child, lines, ended, started: Promise.race([once(child.stdout, 'data'), ended]) };
};

/** What was kept and not forgotten, by what the keepers said. */
export const saidKept = (lines: readonly string[]): Set<string> => {
  const kept = new Set<string>();
  for (const line of lines) {
    const [word, id = ''] = line.split(' ');
    if (word === 'kept') {
      kept.add(id);
    } else if (word === 'forgot') {
      kept.delete(id);
    }
  }
  return kept;
};

const named = (rows: readonly unknown[], column: string): unknown[] =>
  rows.map((row) => (row as Record<string, unknown>)[column]);

/** The ids of all rows, after checking that database and store are sound and agree with each other. */
export const checkConsistent = (data: DataFolder): Set<string> => {
  const database = new DatabaseSync(data.registry);
  try {
    assert.deepEqual(named(database.prepare('PRAGMA integrity_check').all(), 'integrity_check'), ['ok']);
    assert.deepEqual(database.prepare('PRAGMA foreign_key_check').all(), []);
    assert.deepEqual(database.prepare('SELECT file_id FROM pending').all(), []);
    const files = database.prepare('SELECT file_id, size, sha256 FROM file').all();
    const versionless = 'SELECT file_id FROM file WHERE id NOT IN (SELECT file FROM version)';
    assert.deepEqual(database.prepare(versionless).all(), []);
    const miscounted = `SELECT id FROM message m
      WHERE files != (SELECT count(DISTINCT path) FROM version v WHERE v.message = m.id)`;
    assert.deepEqual(database.prepare(miscounted).all(), []);
    for (const { file_id, size, sha256 } of files) {
      const path = join(data.generated, String(file_id));
      assert.equal(statSync(path).size, size);
      assert.equal(createHash('sha256').update(readFileSync(path)).digest('hex'), sha256);
    }
    const ids = named(files, 'file_id').map(String);
    const stored = readdirSync(data.generated).filter((name) => name !== '.staging');
    assert.deepEqual(stored.sort(), ids.flatMap((id) => [id, `${id}.json`]).sort());
    return new Set(ids);
  } finally {
    database.close();
  }
};
