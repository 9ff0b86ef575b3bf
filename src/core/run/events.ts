// What a run tells while it goes.
import type { NotebookOutput } from './result.ts';

/** The steps of the way of a run, in order. */
export type RunPhase = 'connect' | 'prepare' | 'launch' | 'execute' | 'collect';

/** Things a user should know though the run goes on. */
export type RunNotice =
  | { readonly code: 'stop.interrupting' }
  | { readonly code: 'stop.restarting' }
  | { readonly code: 'stop.deleting' }
  | { readonly code: 'kernel.restarted' }
  | { readonly code: 'kernel.waiting'; readonly owner: string }
  | { readonly code: 'grounding.translated'; readonly reason: string }
  /** Files on their way, about ten times a second. `waiting`: the kernel is busy with something else. */
  | {
      readonly code: 'transfer';
      readonly direction: 'push' | 'pull';
      readonly bytes: number;
      readonly totalBytes: number;
      readonly files: number;
      readonly totalFiles: number;
      readonly waiting: boolean;
    }
  /** The code lacks a name that another message's code defined, or an earlier run of this one. `label`: what that message is called. */
  | {
      readonly code: 'name.elsewhere';
      readonly name: string;
      readonly messageId: string;
      readonly label: string | null;
      readonly isSame: boolean;
    }
  | { readonly code: 'transfer.rescue' }
  | { readonly code: 'output.truncated'; readonly bytes: number }
  | { readonly code: 'output.lost'; readonly bytes: number }
  /** Files that the code wrote where nothing is kept, and how many there are besides. */
  | { readonly code: 'files.outside'; readonly paths: readonly string[]; readonly more: number }
  /** Files that something of the last run wrote after its end; they are kept as that run's. */
  | { readonly code: 'files.late'; readonly names: readonly string[] }
  | { readonly code: 'setup'; readonly step: string; readonly reason: string; readonly fraction?: number };

const passing: readonly RunNotice['code'][] = ['setup', 'transfer', 'kernel.waiting', 'stop.interrupting'];

/** Whether it still says something when the run is over; else it is about its progress. */
export const isLasting = ({ code }: RunNotice): boolean => !passing.includes(code);

export type RunEvent =
  /** The first event: the id under which the registry has the run once its code is sent. */
  | { readonly kind: 'begin'; readonly runId: string }
  | { readonly kind: 'phase'; readonly phase: RunPhase }
  | { readonly kind: 'notice'; readonly notice: RunNotice }
  /** Translated text as it comes, ANSI included. */
  | { readonly kind: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  /** A new rich output, an error, or (with the same `displayId`) a new version of one. */
  | {
      readonly kind: 'output';
      readonly output: NotebookOutput;
      readonly displayId?: string;
      readonly replaces: boolean;
    }
  | { readonly kind: 'clear' }
  /** After each of the above three: all outputs as they stand; the array is not to be kept. */
  | { readonly kind: 'outputs'; readonly outputs: readonly NotebookOutput[] };

export type RunListener = (event: RunEvent) => void;
