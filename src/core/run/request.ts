// What a caller asks for.
import type { AttachmentSource } from '../workspace/attachments.ts';
import type { MessageKey } from '../workspace/messageKey.ts';
import type { CodeSource } from './codeSource.ts';
import type { RunListener } from './events.ts';
import type { TransferLimits } from './channel/plan.ts';
import type { KernelScope } from './kernelScope.ts';
import { defaultStopBounds, type StopBounds } from './stop.ts';

export interface RunRequest {
  readonly key: MessageKey;
  readonly code: string;
  /** Input files of the message, prepared in its workspace before the run. */
  readonly attachments?: readonly AttachmentSource[];
  /** Kernelspec name; the gateway's default for Python when not given. */
  readonly kernelName?: string;
  /** The language of the code, as a kernelspec calls it: a kernel of it is taken. That of the kernel when not given. */
  readonly language?: string;
  /** Where the code comes from: errors then name the document and its lines. */
  readonly document?: CodeSource;
  /** Total limit in seconds from the moment the cell starts; 60 unless set. */
  readonly timeoutSeconds?: number;
}

export interface RunHooks {
  /** Stops the run: before the cell starts it is cancelled, afterwards interrupted. */
  readonly signal?: AbortSignal;
  /** Ends the fetching of files when the run is over; what has not come is told as skipped. After `signal` it goes on: a stopped run's files are kept. */
  readonly stopFetching?: AbortSignal;
  readonly onEvent?: RunListener;
  /** Answers `input()` and `getpass()`; without it the kernel refuses them. */
  readonly onInput?: (prompt: string, password: boolean) => Promise<string>;
}

/** What is the same for all runs of one interpreter. */
export interface RunSettings {
  readonly timeoutSeconds: number;
  /** Runs once in each kernel, before the first cell. */
  readonly initCode: string;
  readonly grounding: 'auto' | 'mounted' | 'translated' | 'untranslated';
  readonly reach: 'auto' | 'shared' | 'channel';
  /** `<data>` as the kernel's machine sees it; `null` when it is the same path. */
  readonly kernelDataDir: string | null;
  readonly kernelName: string | null;
  readonly kernelScope: KernelScope;
  /** Seconds a gateway may take to start a kernel. */
  readonly launchTimeoutSeconds: number;
  /** Seconds a run waits for another window or command that runs the same message. */
  readonly waitSeconds: number;
  /** A run goes on when this program ends, and the next one reads on (`journal.ts`). */
  readonly resumable: boolean;
  /** Kernels kept at once, least recently used released first. */
  readonly maximumKernels: number;
  /** Seconds after which an unused kernel is released. */
  readonly idleSeconds: number;
  /** Extensions with their dot; `null` tracks everything but caches and temporary files. */
  readonly trackedTypes: readonly string[] | null;
  /** What is fetched from a machine that shares no folder without being asked for. */
  readonly transfer: TransferLimits;
  /** Leaves the kernel's own folder on its machine when the kernel is released. */
  readonly keepKernelFolder: boolean;
  /** How long each step of stopping may take. */
  readonly stopBounds: StopBounds;
  /** Who holds the leases of this process, for people: "VS Code", "the command line". */
  readonly ownerLabel: string;
}

export const defaultRunSettings: RunSettings = {
  timeoutSeconds: 60,
  initCode: '',
  grounding: 'auto',
  reach: 'auto',
  kernelDataDir: null,
  kernelName: null,
  kernelScope: 'message',
  launchTimeoutSeconds: 60,
  waitSeconds: 600,
  resumable: false,
  maximumKernels: 4,
  idleSeconds: 600,
  trackedTypes: null,
  transfer: { fileBytes: 500e6, files: 10_000, totalBytes: 2e9 },
  keepKernelFolder: false,
  stopBounds: defaultStopBounds,
  ownerLabel: 'the command line',
};
