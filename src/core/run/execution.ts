// Executing one cell under its total limit: the run ends in a named state, whatever the code does.
import type { KernelMessage } from '@jupyterlab/services';
import { deferred } from '../async.ts';
import type { ExecuteOutcome, RequestMetadata } from '../gateway/execute.ts';
import type { LostReason } from '../gateway/liveness.ts';
import type { AcquiredKernel } from './kernels.ts';
import type { OutputModel } from './outputs.ts';
import type { RunListener } from './events.ts';
import type { Journal } from './journal.ts';
import type { RunHooks } from './request.ts';
import type { RunStatus } from './result.ts';
import { stopExecution, type StopBounds } from './stop.ts';

export interface Execution {
  readonly status: RunStatus;
  readonly outcome: ExecuteOutcome;
  /** By the limit or by somebody. */
  readonly wasStopped: boolean;
  /** Milliseconds from the start of the cell. */
  readonly duration: number;
}

/** What is executed, and within which bounds. */
export interface Cell {
  readonly code: string;
  readonly userExpressions: Readonly<Record<string, string>>;
  readonly metadata: RequestMetadata;
  readonly timeoutSeconds: number;
  readonly stopBounds: StopBounds;
  /** Called when the request is on its way: what must be written down can be, while the kernel works. */
  readonly onSent: () => void;
  /** Where the run is written down for the next program to go on with. */
  readonly journal?: (messageId: string) => Journal;
  /** The request that another program had sent, and the milliseconds since then. */
  readonly resumed?: { readonly messageId: string; readonly age: number };
}

/** The program ends in mid-run: the next one goes on reading. */
export interface LeftExecution {
  readonly status: 'left';
}

/** The kernel's `busy` may be lost on the way; the limit starts then all the same. */
const latestStart = 5_000;

const statusOf = (outcome: ExecuteOutcome, stopped: 'timeout' | 'interrupted' | null): RunStatus => {
  if (stopped !== null) {
    return stopped;
  }
  if (outcome.kind === 'lost') {
    return 'lost';
  }
  switch (outcome.content.status) {
    case 'ok':
      return 'ok';
    case 'error':
      return 'error';
    default:
      return 'interrupted';
  }
};

/** Executes a cell on a message's kernel. A kernel that had to be restarted is not used again: it is not the one that was set up. */
export const executeCell = async (
  acquired: AcquiredKernel,
  cell: Cell,
  model: OutputModel,
  listener: RunListener,
  hooks: RunHooks & { readonly leaving?: AbortSignal },
): Promise<Execution | LeftExecution> => {
  const { session, translate, language } = acquired.kernel;
  const { onInput } = hooks;
  const { journal: openJournal, resumed } = cell;
  const age = resumed?.age ?? 0;
  const stop = deferred<'timeout' | 'interrupted' | 'left'>();
  let messageId = '';
  let journal: Journal | undefined;
  let limit: NodeJS.Timeout | undefined;
  let startedAt = performance.now();
  let started = false;
  const start = (): void => {
    if (!started) {
      started = true;
      startedAt = performance.now() - age;
      limit = setTimeout(
        () => {
          stop.resolve('timeout');
        },
        Math.max(0, cell.timeoutSeconds * 1000 - age),
      );
    }
  };
  const latest = setTimeout(start, latestStart);
  const onAbort = (): void => {
    stop.resolve('interrupted');
  };
  hooks.signal?.addEventListener('abort', onAbort, { once: true });
  const onLeaving = (): void => {
    if (journal) {
      stop.resolve('left');
    }
  };
  hooks.leaving?.addEventListener('abort', onLeaving, { once: true });

  const sentAt = performance.now() - age;
  const reading = {
    onMessage: (message: KernelMessage.IIOPubMessage) => {
      start();
      journal?.message(message);
      model.accept(message);
    },
    ...(onInput && {
      onInput: (prompt: string, password: boolean) => onInput(translate.text(prompt), password),
    }),
  };
  const outcome = resumed
    ? session.resume(resumed.messageId, reading)
    : session.execute({
        ...reading,
        code: cell.code,
        userExpressions: cell.userExpressions,
        metadata: cell.metadata,
        lateOutput: language !== 'python',
        onSent: (id) => {
          messageId = id;
          journal?.sent(id);
        },
      });
  if (resumed) {
    start();
  }
  let isLeft = false;
  try {
    cell.onSent();
    journal = openJournal?.(resumed?.messageId ?? messageId);
    if (hooks.signal?.aborted) {
      onAbort();
    }
    const first = await Promise.race([outcome.then(() => null), stop.promise]);
    if (first === 'left') {
      isLeft = true;
      // First, so that what comes from now on is kept by the gateway.
      session.dispose();
      await journal?.flush();
      return { status: 'left' };
    }
    if (first !== null) {
      const end = await stopExecution(
        session,
        outcome,
        performance.now() - sentAt,
        () => acquired.remove(),
        (notice) => {
          listener({ kind: 'notice', notice });
        },
        cell.stopBounds,
      );
      if (end === 'restarted') {
        acquired.retire();
      }
    }
    const settled = await outcome;
    return {
      status: statusOf(settled, first),
      outcome: settled,
      wasStopped: first !== null,
      duration: Math.round(performance.now() - startedAt),
    };
  } finally {
    clearTimeout(latest);
    clearTimeout(limit);
    hooks.signal?.removeEventListener('abort', onAbort);
    hooks.leaving?.removeEventListener('abort', onLeaving);
    if (!isLeft) {
      await journal?.flush();
    }
  }
};

/** The reason of a lost kernel in words that a program can show. */
export const describeLoss = (reason: LostReason): string => {
  switch (reason.kind) {
    case 'died':
      return 'the kernel died (often: out of memory); its variables are gone';
    case 'removed':
      return 'the gateway removed the kernel; its variables are gone';
    case 'restarted':
      return 'the kernel was restarted; its variables are gone';
    case 'unreachable':
      return `the kernel can't be reached any more: ${reason.cause}`;
    case 'closed':
      return 'the connection to the kernel was closed';
  }
};
