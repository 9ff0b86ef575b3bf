// The runs that are under way in this window, for every surface that shows them.
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { NotebookOutput, RunResult } from '../../core/run/result.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';

export interface LiveRun {
  readonly key: MessageKey;
  readonly code: string;
  readonly language: string;
  /** Where the code comes from: its document, and the line of it. */
  readonly origin: { readonly uri: string; readonly line: number } | undefined;
  readonly startedAt: number;
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
  const last = new Map<string, LiveRun>();
  const originKey = (uri: string, line: number): string => `${line} ${uri}`;
  return {
    onDidChange: emitter.event,
    all: () => [...running],
    lastOf: (uri, line) => last.get(originKey(uri, line)),
    begin: (run) => {
      running.add(run);
      if (run.origin) {
        const key = originKey(run.origin.uri, run.origin.line);
        last.delete(key);
        last.set(key, run);
        const oldest = last.keys().next();
        if (last.size > remembered && !oldest.done) {
          last.delete(oldest.value);
        }
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
