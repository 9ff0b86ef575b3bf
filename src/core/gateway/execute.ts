// Executing one request on a kernel: it always ends, with the kernel's reply or with the reason why there is none.
import type { Kernel, KernelConnection, KernelMessage } from '@jupyterlab/services';
import { delay, deferred } from '../async.ts';
import type { LostReason } from './liveness.ts';

/** What goes with a request beside its content. */
export type RequestMetadata = Record<string, Record<string, string | number>>;

export interface ExecuteRequest {
  readonly code: string;
  /** No output, no counter, no history: for what the engine itself does in the kernel. */
  readonly silent?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
  /** Goes with the request; a kernel leaves it alone. */
  readonly metadata?: RequestMetadata;
  /** Waits for output that comes after the end: for kernels that read what is printed beside the code. */
  readonly lateOutput?: boolean;
  /** Told the id of the request that is on its way; again when it is sent again. */
  readonly onSent?: (messageId: string) => void;
  readonly onMessage?: (message: KernelMessage.IIOPubMessage) => void;
  /** Answers `input()` and `getpass()`; without it the kernel refuses them with an error of its own. */
  readonly onInput?: (prompt: string, password: boolean) => Promise<string>;
}

type ReplyContent = KernelMessage.IExecuteReplyMsg['content'];

/**
 * How an execution ended: with the kernel's reply (`aborted` where the kernel put it aside or dropped it), or without one because the
 * kernel is gone or was restarted.
 */
export type ExecuteOutcome =
  { readonly kind: 'replied'; readonly content: ReplyContent } | { readonly kind: 'lost'; readonly reason: LostReason };

/** After the reply (shell, reliable) the `idle` may be missing: iopub drops messages when it overflows. */
const idleGrace = 3_000;
/** After `idle` the reply may be on its way still: they come by different sockets. */
const replyGrace = 500;
/** Milliseconds without output after which no more is expected, and the longest wait. Deno's kernel is 1 to 20 ms late. */
const lateQuiet = 50;
const lateBound = 500;
/** A kernel puts aside what arrives for a moment after somebody's failed cell (`stop_on_error`). It never saw the code. */
const retries = 20;
const retryPause = 100;

interface Attempt {
  readonly outcome: ExecuteOutcome;
  /** The kernel answered that it did not look at the code. */
  readonly isPutAside: boolean;
}

/**
 * Executes a request; one that the kernel put aside unseen is sent again.
 * @param lost settles when the kernel can't be used any more
 */
export const executeOn = async (
  connection: KernelConnection,
  request: ExecuteRequest,
  lost: Promise<LostReason>,
  isRestarting: () => boolean,
): Promise<ExecuteOutcome> => {
  for (let retry = 0; ; retry++) {
    const { outcome, isPutAside } = await attempt(connection, request, lost, isRestarting);
    if (!isPutAside || retry >= retries) {
      return outcome;
    }
    await Promise.race([delay(retryPause), lost]);
  }
};

/** Resolves when no more output comes, by the time of the last one. */
const outputEnds = async (lastOutput: () => number): Promise<void> => {
  const start = performance.now();
  for (let now = start; now - start < lateBound; now = performance.now()) {
    const quiet = now - Math.max(start, lastOutput());
    if (quiet >= lateQuiet) {
      return;
    }
    await delay(lateQuiet - quiet);
  }
};

const isAborted = ({ status }: ReplyContent): boolean => status === 'aborted' || status === 'abort';

/**
 * Resolves once it is certain that no reply comes any more: a later question on the same socket was answered. ipykernel goes idle
 * without a reply when an interrupt meets it between a cell's `busy` and its first line (`KeyboardInterrupt caught in kernel`,
 * `dispatch_shell` in https://github.com/ipython/ipykernel/blob/main/ipykernel/kernelbase.py).
 */
const noReplyComes = async (connection: KernelConnection): Promise<boolean> => {
  await delay(replyGrace);
  try {
    return (await connection.requestKernelInfo()) !== undefined;
  } catch {
    // Not connected at this moment: the connection's own watch decides.
    return false;
  }
};

const attempt = async (
  connection: KernelConnection,
  request: ExecuteRequest,
  lost: Promise<LostReason>,
  isRestarting: () => boolean,
): Promise<Attempt> => {
  const outcome = deferred<ExecuteOutcome>();
  let reply: ReplyContent | undefined;
  let grace: NodeJS.Timeout | undefined;
  let future: Kernel.IShellFuture<KernelMessage.IExecuteRequestMsg, KernelMessage.IExecuteReplyMsg>;
  try {
    future = connection.requestExecute(
      {
        code: request.code,
        silent: request.silent ?? false,
        store_history: !(request.silent ?? false),
        allow_stdin: request.onInput !== undefined,
        // Nothing of ours waits behind a failed one, and a request that arrives just after it would be refused unseen.
        stop_on_error: false,
        user_expressions: { ...request.userExpressions },
      },
      false,
      request.metadata,
    );
  } catch {
    return { isPutAside: false, outcome: { kind: 'lost', reason: { kind: 'died' } } };
  }
  request.onSent?.(future.msg.header.msg_id);
  const onIdle = async (): Promise<void> => {
    if (!reply && (await noReplyComes(connection))) {
      outcome.resolve({ kind: 'replied', content: { status: 'aborted', execution_count: null } });
    }
  };
  let lastOutput = 0;
  future.onIOPub = (message) => {
    lastOutput = performance.now();
    request.onMessage?.(message);
    if ('execution_state' in message.content && message.content.execution_state === 'idle') {
      void onIdle();
    }
  };
  future.onReply = (message) => {
    const { content } = message;
    reply = content;
    grace = setTimeout(
      () => {
        outcome.resolve({ kind: 'replied', content });
      },
      isAborted(content) ? 0 : idleGrace,
    );
  };
  future.onStdin = (message) => {
    if (message.header.msg_type === 'input_request') {
      answerInput(connection, message as KernelMessage.IInputRequestMsg, request.onInput);
    }
  };
  future.done.then(
    (message) => {
      outcome.resolve({ kind: 'replied', content: message.content });
    },
    () => {
      // The library gives up its futures when the kernel restarts, by its own death or by our order.
      outcome.resolve({ kind: 'lost', reason: { kind: isRestarting() ? 'restarted' : 'died' } });
    },
  );
  void lost.then((reason) => {
    outcome.resolve({ kind: 'lost', reason });
  });
  try {
    const ended = await outcome.promise;
    if (request.lateOutput && ended.kind === 'replied') {
      // Not disposed of so far, so it is still told.
      await outputEnds(() => lastOutput);
    }
    return { outcome: ended, isPutAside: reply !== undefined && isAborted(reply) && ended.kind === 'replied' };
  } finally {
    clearTimeout(grace);
    if (!future.isDisposed) {
      future.dispose();
    }
  }
};

/**
 * Goes on reading a request that another program of the same client id had sent: the gateway kept what the kernel said meanwhile.
 * @param lost settles when the kernel can't be used any more
 */
export const resumeOn = async (
  connection: KernelConnection,
  messageId: string,
  request: Pick<ExecuteRequest, 'onMessage' | 'onInput'>,
  lost: Promise<LostReason>,
  isRestarting: () => boolean,
): Promise<ExecuteOutcome> => {
  const outcome = deferred<ExecuteOutcome>();
  let grace: NodeJS.Timeout | undefined;
  let reply: ReplyContent | undefined;
  let isIdle = false;
  const settle = (): void => {
    if (reply) {
      outcome.resolve({ kind: 'replied', content: reply });
    }
  };
  const onMessage = (
    _sender: unknown,
    { msg, direction }: { msg: KernelMessage.IMessage; direction: string },
  ): void => {
    const parent = msg.parent_header as { readonly msg_id?: string };
    if (direction !== 'recv' || parent.msg_id !== messageId) {
      return;
    }
    if (msg.channel === 'iopub') {
      request.onMessage?.(msg as KernelMessage.IIOPubMessage);
      isIdle ||= 'execution_state' in msg.content && msg.content.execution_state === 'idle';
    } else if (msg.header.msg_type === 'execute_reply') {
      reply = msg.content as ReplyContent;
      grace = setTimeout(settle, idleGrace);
    } else if (msg.header.msg_type === 'input_request') {
      answerInput(connection, msg as KernelMessage.IInputRequestMsg, request.onInput);
    }
    if (isIdle) {
      settle();
    }
  };
  const onStatus = (_sender: unknown, status: string): void => {
    if (isRestarting() || status === 'autorestarting') {
      outcome.resolve({ kind: 'lost', reason: { kind: isRestarting() ? 'restarted' : 'died' } });
    }
  };
  connection.anyMessage.connect(onMessage);
  connection.statusChanged.connect(onStatus);
  void lost.then((reason) => {
    outcome.resolve({ kind: 'lost', reason });
  });
  // The kernel answers this after the request: then nothing of it comes any more, also where its reply was lost with the program.
  void connection.info
    .then(() => delay(idleGrace))
    .then(
      () => {
        outcome.resolve(
          reply
            ? { kind: 'replied', content: reply }
            : { kind: 'replied', content: { status: 'aborted', execution_count: null } },
        );
      },
      () => undefined,
    );
  try {
    return await outcome.promise;
  } finally {
    clearTimeout(grace);
    connection.anyMessage.disconnect(onMessage);
    connection.statusChanged.disconnect(onStatus);
  }
};

const answerInput = (
  connection: KernelConnection,
  message: KernelMessage.IInputRequestMsg,
  onInput: ExecuteRequest['onInput'],
): void => {
  const { prompt, password } = message.content;
  const answered = onInput ? onInput(prompt, password) : Promise.resolve('');
  answered.then(
    (value) => {
      connection.sendInputReply({ status: 'ok', value }, message.header);
    },
    () => {
      // Nobody answered: the code sees an empty line, and Stop still works.
      connection.sendInputReply({ status: 'ok', value: '' }, message.header);
    },
  );
};
