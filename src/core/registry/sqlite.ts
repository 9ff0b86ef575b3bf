// The one door to node:sqlite: loaded behind a guard, statements prepared once for each connection, rows checked by a schema,
// every failure a coded error.
import { statSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import * as v from 'valibot';
import { causeOf, CodedError, isCoded } from '../errors.ts';

export type Parameters = Record<string, SQLInputValue>;

/** One connection. All calls are synchronous; none waits longer than the busy timeout. */
export interface Database {
  readonly path: string;
  get<Schema extends v.GenericSchema>(
    schema: Schema,
    sql: string,
    parameters?: Parameters,
  ): v.InferOutput<Schema> | undefined;
  all<Schema extends v.GenericSchema>(schema: Schema, sql: string, parameters?: Parameters): v.InferOutput<Schema>[];
  /** Changes rows; call it inside {@link Database.write}. */
  run(sql: string, parameters?: Parameters): { readonly changes: number; readonly lastId: number };
  /**
   * Runs `work` in one transaction, all or nothing. Always `BEGIN IMMEDIATE`: a deferred transaction that reads first is refused at
   * once when another process writes, whatever the busy timeout (https://www.sqlite.org/lang_transaction.html).
   * Inside another `write` it joins that one.
   */
  write<T>(work: () => T): T;
  /** Nothing the second time. */
  close(): void;
}

/** https://www.sqlite.org/rescode.html: the primary code is the low byte. */
const resultCode = { readOnly: 8, corrupt: 11, cannotOpen: 14, notADatabase: 26, busy: 5 } as const;

const primaryCodeOf = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') {
    return undefined;
  }
  return error.errcode & 0xff;
};

/** Whether SQLite says that the file is no sound database. */
export const isDamage = (error: unknown): boolean => {
  const code = primaryCodeOf(error) ?? (error instanceof CodedError ? primaryCodeOf(error.cause) : undefined);
  return code === resultCode.corrupt || code === resultCode.notADatabase;
};

/** Whether SQLite says that another process holds the lock. */
export const isBusy = (error: unknown): boolean => primaryCodeOf(error) === resultCode.busy;

/** The coded error for a failure of SQLite; a coded error stays what it is. */
export const toCoded = (error: unknown, path: string): CodedError => {
  if (isCoded(error)) {
    return error;
  }
  const code = primaryCodeOf(error);
  if (code === resultCode.readOnly || code === resultCode.cannotOpen) {
    return new CodedError('data.notWritable', { folder: path, cause: causeOf(error) }, { cause: error });
  }
  return new CodedError('registry.failed', { cause: causeOf(error) }, { cause: error });
};

/**
 * Node's own SQLite. Some builds of Electron left it out (https://github.com/electron/electron/issues/47671), and Node has it
 * without a flag from 22.13.
 * @throws CodedError `registry.unavailable`
 */
export const loadSqlite = async (): Promise<typeof import('node:sqlite')> => {
  try {
    return await import('node:sqlite');
  } catch (error) {
    throw new CodedError('registry.unavailable', { cause: causeOf(error) }, { cause: error });
  }
};

export interface ConnectionOptions {
  readonly path: string;
  /** Connects to the database that is at `path` now; `undefined` while there is none. */
  readonly connect: () => DatabaseSync | undefined;
  /** Told when SQLite meets damage in the file. */
  readonly onDamage: () => void;
}

/** How long a call waits for a database that is being replaced, milliseconds. */
const REPLACEMENT_BOUND = 2000;

/**
 * Connects; `undefined` where there is no database. When another process has replaced the file (it was damaged), the next call goes to the new one: what is
 * written to the old one would be lost.
 * @throws CodedError (from each call) `registry.failed`, `data.notWritable`
 */
export const openConnection = ({ path, connect, onDamage }: ConnectionOptions): Database | undefined => {
  const statements = new Map<string, StatementSync>();
  // Before connecting: a file that is replaced in between is then seen as replaced.
  let identity = identityOf(path);
  const opened = connect();
  if (!opened) {
    return undefined;
  }
  let connection = opened;
  let inTransaction = false;
  let isOpen = true;

  const followReplacement = (): void => {
    const until = Date.now() + REPLACEMENT_BOUND;
    while (isOpen && !inTransaction && identityOf(path) !== identity) {
      const found = identityOf(path);
      const replaced = connect();
      if (replaced) {
        statements.clear();
        connection.close();
        connection = replaced;
        identity = found;
      } else if (Date.now() > until) {
        throw new CodedError('registry.failed', { cause: `${path} is gone` });
      } else {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  };

  const guard = <T>(work: () => T): T => {
    try {
      followReplacement();
      return work();
    } catch (error) {
      if (isDamage(error)) {
        onDamage();
      }
      throw toCoded(error, path);
    }
  };
  const statement = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) {
      return known;
    }
    const prepared = connection.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  };

  return {
    path,
    get: (schema, sql, parameters = {}) =>
      guard(() => {
        const row = statement(sql).get(parameters);
        return row === undefined ? undefined : v.parse(schema, row);
      }),
    all: (schema, sql, parameters = {}) =>
      guard(() =>
        statement(sql)
          .all(parameters)
          .map((row) => v.parse(schema, row)),
      ),
    run: (sql, parameters = {}) =>
      guard(() => {
        const { changes, lastInsertRowid } = statement(sql).run(parameters);
        return { changes: Number(changes), lastId: Number(lastInsertRowid) };
      }),
    write: (work) => {
      if (inTransaction) {
        return work();
      }
      guard(() => statement('BEGIN IMMEDIATE').run());
      inTransaction = true;
      try {
        const value = work();
        guard(() => statement('COMMIT').run());
        return value;
      } catch (error) {
        try {
          statement('ROLLBACK').run();
        } catch {
          // SQLite has rolled back by itself (a full disk, an I/O error): https://www.sqlite.org/lang_transaction.html
        }
        throw error;
      } finally {
        inTransaction = false;
      }
    },
    close: () => {
      statements.clear();
      if (isOpen) {
        isOpen = false;
        connection.close();
      }
    },
  };
};

/** Which file is at a path; `undefined` where there is none. */
const identityOf = (path: string): string | undefined => {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status && `${status.dev} ${status.ino}`;
};
