// Runs: what was run, what came of it, what it had as inputs; and the last known state of each workspace.
import * as v from 'valibot';
import type { Grounding, Reach } from '../kernel/capabilities.ts';
import type { MessageKey, Workspace } from '../workspace/messageKey.ts';
import type { Changes } from './changes.ts';
import { outsideText, integerColumn, optionalInteger, optionalText, textColumn } from './columns.ts';
import type { Database } from './sqlite.ts';
import { toStoredText } from './storedText.ts';
import { touchMessage } from './workspaces.ts';

/** Times are epoch milliseconds. */
export interface NewRun {
  readonly runId: string;
  readonly workspace: Workspace;
  readonly code: string;
  readonly language: string;
  readonly kernelName: string;
  readonly startedAt: number;
}

export interface RunEnd {
  readonly status: string;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly grounding: Grounding | null;
  readonly reach: Reach | null;
  /** The run's result as the surfaces get it. */
  readonly resultJson: string;
}

/** A run in a list. What is `null` is not known: the run goes on, or the row was rebuilt from a kept file. */
export interface RunRow {
  readonly runId: string;
  readonly key: MessageKey;
  readonly code: string;
  readonly language: string;
  readonly kernelName: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly status: string | null;
  readonly durationMs: number | null;
  readonly grounding: string | null;
  readonly reach: string | null;
}

export interface RunInput {
  /** Virtual or relative path, as it was recorded. */
  readonly path: string;
  readonly sha256: string;
}

/** One run with everything that is known of it. */
export interface RunRecord extends RunRow {
  readonly resultJson: string | null;
  readonly inputs: RunInput[];
}

export interface Runs {
  /** @throws CodedError `registry.failed`, also for a run id that is in use */
  beginRun(run: NewRun): void;
  /** Nothing for an unknown run. */
  endRun(runId: string, end: RunEnd): void;
  /** Oldest first. */
  listRuns(key: MessageKey): RunRow[];
  getRun(user: string, runId: string): RunRecord | undefined;
  /** Runs of all users that began and did not end: under way in some process, or cut off with it. */
  unfinishedRuns(): RunRow[];
  recordInputs(runId: string, inputs: readonly RunInput[]): void;
  readBaseline(workspace: Workspace): string | undefined;
  /** Costs one read where it is the same as before. */
  writeBaseline(workspace: Workspace, json: string): void;
}

const runRow = v.pipe(
  v.object({
    run_id: textColumn,
    owner: outsideText,
    chat_id: outsideText,
    message_id: outsideText,
    code: outsideText,
    language: textColumn,
    kernel: textColumn,
    started_at: integerColumn,
    ended_at: optionalInteger,
    status: optionalText,
    duration_ms: optionalInteger,
    grounding: optionalText,
    reach: optionalText,
  }),
  v.transform((row): RunRow => ({
    runId: row.run_id,
    key: { user: row.owner, chatId: row.chat_id, messageId: row.message_id },
    code: row.code,
    language: row.language,
    kernelName: row.kernel,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    status: row.status,
    durationMs: row.duration_ms,
    grounding: row.grounding,
    reach: row.reach,
  })),
);

const inputRow = v.object({ path: textColumn, sha256: textColumn });

const SELECT_RUN = `
  SELECT r.run_id, r.owner, c.chat_id, m.message_id, r.code, r.language, r.kernel, r.started_at, r.ended_at, r.status,
    r.duration_ms, r.grounding, r.reach
  FROM run r JOIN message m ON m.id = r.message JOIN chat c ON c.id = m.chat`;

/** The inputs of a run, by path. */
export const inputsOf = (database: Database, runId: string): RunInput[] =>
  database.all(
    inputRow,
    `SELECT i.path, i.sha256 FROM run r JOIN run_input i ON i.run = r.id WHERE r.run_id = $run ORDER BY i.path`,
    { run: runId },
  );

/** A run's row without asking whose it is. */
export const findRun = (database: Database, runId: string): RunRow | undefined =>
  database.get(runRow, `${SELECT_RUN} WHERE r.run_id = $run`, { run: runId });

export const createRuns = (database: Database, changes: Changes): Runs => ({
  beginRun: ({ runId, workspace, code, language, kernelName, startedAt }) => {
    changes.change(() => {
      database.run(
        `INSERT INTO run (run_id, owner, message, code, language, kernel, started_at)
         VALUES ($run, $owner, $message, $code, $language, $kernel, $started)`,
        {
          run: runId,
          owner: toStoredText(workspace.key.user),
          message: workspace.id,
          code: toStoredText(code),
          language,
          kernel: kernelName,
          started: startedAt,
        },
      );
      touchMessage(database, workspace.id, startedAt);
    });
  },
  endRun: (runId, { status, endedAt, durationMs, grounding, reach, resultJson }) => {
    changes.change(() => {
      const { changes: found } = database.run(
        `UPDATE run SET status = $status, ended_at = $ended, duration_ms = $duration, grounding = $grounding, reach = $reach
         WHERE run_id = $run`,
        { run: runId, status, ended: endedAt, duration: durationMs, grounding, reach },
      );
      if (found > 0) {
        database.run(
          `INSERT INTO run_result (run, result) SELECT id, $result FROM run WHERE run_id = $run
           ON CONFLICT (run) DO UPDATE SET result = excluded.result`,
          { run: runId, result: resultJson },
        );
      }
    });
  },
  listRuns: ({ user, chatId, messageId }) =>
    database.all(
      runRow,
      `${SELECT_RUN} WHERE c.owner = $owner AND c.chat_id = $chat AND m.message_id = $message ORDER BY r.id`,
      { owner: toStoredText(user), chat: toStoredText(chatId), message: toStoredText(messageId) },
    ),
  getRun: (user, runId) => {
    const row = findRun(database, runId);
    if (row?.key.user !== user) {
      return undefined;
    }
    const stored = database.get(
      v.object({ result: textColumn }),
      'SELECT t.result FROM run r JOIN run_result t ON t.run = r.id WHERE r.run_id = $run',
      { run: runId },
    );
    return { ...row, resultJson: stored?.result ?? null, inputs: inputsOf(database, runId) };
  },
  unfinishedRuns: () => database.all(runRow, `${SELECT_RUN} WHERE r.ended_at IS NULL ORDER BY r.id`),
  recordInputs: (runId, inputs) => {
    if (inputs.length === 0) {
      return;
    }
    changes.change(() => {
      for (const { path, sha256 } of inputs) {
        database.run(
          `INSERT INTO run_input (run, path, sha256) SELECT id, $path, $sha256 FROM run WHERE run_id = $run
           ON CONFLICT (run, path) DO UPDATE SET sha256 = excluded.sha256`,
          { run: runId, path, sha256 },
        );
      }
    });
  },
  readBaseline: ({ id }) => readBaseline(database, id),
  writeBaseline: ({ id }, json) => {
    if (readBaseline(database, id) === json) {
      return;
    }
    database.write(() => {
      database.run(
        `INSERT INTO baseline (message, snapshot) VALUES ($message, $snapshot)
         ON CONFLICT (message) DO UPDATE SET snapshot = excluded.snapshot`,
        { message: id, snapshot: json },
      );
    });
  },
});

const readBaseline = (database: Database, message: number): string | undefined =>
  database.get(v.object({ snapshot: textColumn }), 'SELECT snapshot FROM baseline WHERE message = $message', {
    message,
  })?.snapshot;
