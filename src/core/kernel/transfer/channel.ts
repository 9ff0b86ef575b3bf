// Requests and replies over a comm. Each request can be repeated, so what a broken connection lost is simply sent again.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { deferred, within, type Deferred } from '../../async.ts';
import { CodedError } from '../../errors.ts';
import type { CommData, KernelComm } from '../../gateway/kernelComm.ts';
import type { KernelSession } from '../../gateway/kernelSession.ts';
import type { LostReason } from '../../gateway/liveness.ts';
import { failureSchema } from './replies.ts';
import type { TransferFailure } from './types.ts';

export type Frames = 'binary' | 'base64';

export interface Reply {
  /** As the kernel sent it. */
  readonly data: unknown;
  readonly bytes: Uint8Array;
}

/** The kernel refused one request: what went wrong with one file. */
export class RefusedError extends Error {
  readonly failure: TransferFailure;

  constructor(failure: TransferFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

export interface TransferChannel {
  frames: Frames;
  /** Settles with the kernel's reply; rejects with {@link RefusedError}, or CodedError `kernel.gone`, `transfer.unavailable`. */
  request(operation: string, fields: CommData, bytes?: Uint8Array): Promise<Reply>;
  /**
   * The connection broke since this was opened: what was asked meanwhile waits in a queue, and is sent although its answer to an
   * earlier sending may have come. Its bytes must stay as they are.
   */
  readonly wasBroken: boolean;
  /** Something was asked and not answered for a while. */
  readonly isWaiting: boolean;
  dispose(): void;
}

interface Pending {
  readonly id: number;
  readonly send: () => void;
  readonly reply: Deferred<Reply>;
  /** The order of its latest sending. */
  sequence: number;
}

/** In milliseconds. */
export interface Patience {
  /** Without a reply until a question is asked that only an idle kernel with a whole connection answers. */
  readonly silence: number;
  /** The same while the kernel says that it is busy: the message that it is idle again may have been lost. */
  readonly busySilence: number;
}

const usualPatience: Patience = { silence: 5_000, busySilence: 60_000 };
/** Times that the kernel answers and its side of the transfer does not: it was replaced by a restart unseen, or by the code. */
const deafAnswers = 3;
/** Milliseconds after which a transfer says that it waits. */
const patience = 1_500;

const envelopeSchema = v.object({ text: v.string(), sum: v.string(), base64: v.optional(v.string()) });
const headSchema = v.object({ id: v.pipe(v.number(), v.integer()) });

/** Nothing else on the way checks what is said about the bytes: a bit that flips in a path must not become another path. */
const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** What was said, if it arrived as it was sent. */
const unwrap = (
  data: unknown,
): { readonly id: number; readonly said: unknown; readonly base64?: string | undefined } | undefined => {
  const envelope = v.safeParse(envelopeSchema, data);
  if (!envelope.success || sumOf(envelope.output.text) !== envelope.output.sum) {
    return undefined;
  }
  try {
    const said: unknown = JSON.parse(envelope.output.text);
    const head = v.safeParse(headSchema, said);
    return head.success ? { id: head.output.id, said, base64: envelope.output.base64 } : undefined;
  } catch {
    return undefined;
  }
};

const goneError = (reason: LostReason): CodedError =>
  new CodedError('kernel.gone', { reason: reason.kind === 'unreachable' ? reason.cause : reason.kind });

/**
 * Opens a comm to the kernel's side and speaks over it. Requests are carried out in the order in which they are sent, so the reply to
 * a later one proves that an earlier one without a reply was lost.
 */
export const openChannel = (
  session: Pick<KernelSession, 'openComm'>,
  target: string,
  { silence, busySilence } = usualPatience,
): TransferChannel => {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let sequence = 0;
  let heard = 0;
  let closed: LostReason | undefined;
  let timer: NodeJS.Timeout | undefined;
  let release: (() => void) | undefined;
  let pingId = 0;
  let wasBroken = false;
  let question: Promise<void> | undefined;
  let deaf = 0;

  const send = (one: Pending): void => {
    one.sequence = ++sequence;
    one.send();
  };

  const settle = (one: Pending): void => {
    pending.delete(one.id);
    if (pending.size === 0) {
      clearInterval(timer);
      timer = undefined;
      release?.();
      release = undefined;
    }
  };

  const onMessage = (data: unknown, buffers: readonly Uint8Array[]): void => {
    const reply = unwrap(data);
    const one = reply && pending.get(reply.id);
    if (reply === undefined || one === undefined) {
      // Damaged, and as good as lost; or the second reply to a request that was sent twice.
      return;
    }
    const { said, base64 } = reply;
    heard = Date.now();
    settle(one);
    const lost = [...pending.values()].filter((other) => other.sequence < one.sequence);
    lost.sort((a, b) => a.sequence - b.sequence).forEach(send);
    const failure = v.safeParse(failureSchema, said);
    if (failure.success) {
      one.reply.reject(new RefusedError(failure.output.error));
      return;
    }
    const bytes = base64 === undefined ? (buffers[0] ?? new Uint8Array(0)) : Buffer.from(base64, 'base64');
    one.reply.resolve({ data: said, bytes });
  };

  const askWhetherLost = (): void => {
    // Always a new one: a late answer to an earlier one says nothing of what was sent since.
    const earlier = pending.get(pingId);
    if (earlier) {
      settle(earlier);
      earlier.reply.reject(new CodedError('cancelled', {}));
    }
    request('ping', {}).catch(() => undefined);
    pingId = lastId;
  };

  /** What is asked after a ping is answered after it. One question at a time: a busy kernel would answer all of them at once. */
  const askKernel = (): void => {
    const asked = pending.get(pingId);
    const heardBefore = heard;
    const mine = within(comm.answers(), busySilence, false).then((answered) => {
      if (question !== mine) {
        return;
      }
      question = undefined;
      if (!answered || heard !== heardBefore || pending.size === 0) {
        deaf = 0;
      } else if (asked === undefined) {
        askWhetherLost();
      } else if (++deaf >= deafAnswers) {
        deaf = 0;
        fail(
          new CodedError('transfer.unavailable', {
            reason: 'the kernel answers, but its side of the file transfer does not',
          }),
        );
      }
    });
    question = mine;
  };

  const look = (): void => {
    const silent = Date.now() - heard;
    if (silent > (comm.isBusy ? busySilence : silence)) {
      askWhetherLost();
    }
    if (silent > silence && question === undefined) {
      askKernel();
    }
  };

  const fail = (reason: CodedError): void => {
    for (const one of [...pending.values()]) {
      settle(one);
      one.reply.reject(reason);
    }
  };

  const comm: KernelComm = session.openComm(target, {
    onMessage,
    onReconnected: () => {
      wasBroken = true;
      // What was asked before may be lost with its answer.
      question = undefined;
      if (pending.size > 0) {
        askWhetherLost();
      }
    },
  });

  void comm.closed.then((reason) => {
    closed = reason;
    fail(goneError(reason));
  });

  const channel: TransferChannel = {
    frames: 'binary',
    request: (operation, fields, bytes) => request(operation, fields, bytes),
    get wasBroken() {
      return wasBroken;
    },
    get isWaiting() {
      return pending.size > 0 && Date.now() - heard > patience;
    },
    dispose: () => {
      comm.dispose();
    },
  };

  const request = (operation: string, fields: CommData, bytes?: Uint8Array): Promise<Reply> => {
    if (closed) {
      return Promise.reject(goneError(closed));
    }
    const id = ++lastId;
    const text = JSON.stringify({ ...(fields as object), op: operation, id });
    const data = { text, sum: sumOf(text) };
    const textual = channel.frames === 'base64';
    const one: Pending = {
      id,
      sequence: 0,
      reply: deferred<Reply>(),
      send: () => {
        if (textual) {
          comm.send({ ...data, base64: Buffer.from(bytes ?? []).toString('base64') });
        } else {
          comm.send(data, bytes);
        }
      },
    };
    if (pending.size === 0) {
      heard = Date.now();
      release = comm.beginWork();
      deaf = 0;
      timer = setInterval(look, silence);
    }
    pending.set(id, one);
    send(one);
    return one.reply.promise;
  };

  return channel;
};
