// The runs that are under way in this window, for every surface that shows them.
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { RunNotice } from '../../core/run/events.ts';
import type { NotebookOutput, RunResult } from '../../core/run/result.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';

export interface LiveRun {
  readonly key: MessageKey;
  readonly code: string;
  readonly language: string;
  /** Where the code comes from: its document, and the line of it, which goes where edits above move it. */
  readonly origin: { readonly uri: string; line: number } | undefined;
  readonly startedAt: number;
  /** When its code was sent to the kernel; until then it is prepared. */
  executingSince: number | undefined;
  /** Why it came to nothing, in a sentence. */
  failure: string | undefined;
  /** Under which the registry knows it, once its turn has come. */
  runId: string | undefined;
  /** What it said of itself that still counts. */
  readonly notices: RunNotice[];
  outputs: readonly NotebookOutput[];
  result: RunResult | undefined;
  stop(): void;
}

export interface LiveRuns extends DisposableLike {
  readonly onDidChange: vscode.Event<LiveRun>;
  /** Runs under way. */
  all(): readonly LiveRun[];
  /** The last run of a block, under way or ended, by its origin. */
  lastOf(uri: string, line: number): LiveRun | undefined;
  /** The runs that lens states are kept for, latest first. */
  remembered(): readonly LiveRun[];
  /** Moves the runs of a document with its lines: `from` and all after it by `by`. */
  moveLines(uri: string, from: number, by: number): void;
  begin(run: LiveRun): void;
  changed(run: LiveRun): void;
  end(run: LiveRun): void;
}

export const sameKey = (one: MessageKey, other: MessageKey): boolean =>
  one.user === other.user && one.chatId === other.chatId && one.messageId === other.messageId;

/** How many ended runs a window remembers for its code lenses. */
const remembered = 200;

export const createLiveRuns = (): LiveRuns => {
  const emitter = new vscode.EventEmitter<LiveRun>();
  const running = new Set<LiveRun>();
  let last: readonly LiveRun[] = [];
  const isAt = (run: LiveRun, uri: string, line: number): boolean =>
    run.origin?.uri === uri && run.origin.line === line;
  return {
    onDidChange: emitter.event,
    all: () => [...running],
    lastOf: (uri, line) => last.find((run) => isAt(run, uri, line)),
    remembered: () => last,
    moveLines: (uri, from, by) => {
      for (const { origin } of last) {
        if (origin?.uri === uri && origin.line >= from) {
          origin.line += by;
        }
      }
    },
    begin: (run) => {
      running.add(run);
      if (run.origin) {
        const { uri, line } = run.origin;
        last = [run, ...last.filter((other) => !isAt(other, uri, line))].slice(0, remembered);
      }
      emitter.fire(run);
    },
    changed: (run) => {
      emitter.fire(run);
    },
    end: (run) => {
      running.delete(run);
      emitter.fire(run);
    },
    dispose: () => {
      emitter.dispose();
    },
  };
};
