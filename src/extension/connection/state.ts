// What the status bar tells, from what is known: one of five states.
import type { LiveRun } from '../runs/liveRuns.ts';

export type State =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'idle' }
  /** `since`: when the oldest of the runs began to execute. */
  | { readonly kind: 'busy'; readonly runs: number; readonly since: number }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Known {
  readonly running: readonly Pick<LiveRun, 'executingSince'>[];
  readonly isConnecting: boolean;
  readonly isConnected: boolean;
  /** Why the last run, or the last attempt to connect, came to nothing. */
  readonly failure: string | undefined;
}

/** What runs counts before what failed, and that before what rests. */
export const stateOf = ({ running, isConnecting, isConnected, failure }: Known): State => {
  const executing = running.flatMap(({ executingSince }) => (executingSince === undefined ? [] : [executingSince]));
  if (executing.length > 0) {
    return { kind: 'busy', runs: executing.length, since: Math.min(...executing) };
  }
  if (running.length > 0 || isConnecting) {
    return { kind: 'starting' };
  }
  if (failure !== undefined) {
    return { kind: 'failed', reason: failure };
  }
  return { kind: isConnected ? 'idle' : 'off' };
};

/** `7 s`, `3:05`, `1:02:03`. */
export const elapsedText = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (count: number): string => String(count).padStart(2, '0');
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
};
