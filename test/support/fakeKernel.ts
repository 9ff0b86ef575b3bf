// A kernel's side of a transfer in this process: as hostile as a test wants it.
import { createHash } from 'node:crypto';
import { deferred } from '../../src/core/async.ts';
import type { CommListener } from '../../src/core/gateway/kernelComm.ts';
import type { LostReason } from '../../src/core/gateway/liveness.ts';
import type { TransferSession } from '../../src/core/kernel/transfer/transfer.ts';

/** What a client said, without its envelope. */
export interface Asked {
  readonly id: number;
  readonly op: string;
  readonly [field: string]: unknown;
}

export interface FakeAnswer {
  readonly said: object;
  readonly bytes?: Uint8Array;
}

/** Answers one request; `undefined` is silence. */
export type Answering = (asked: Asked, bytes: Uint8Array) => FakeAnswer | undefined;

export interface FakeKernel {
  readonly session: TransferSession;
  /** What was asked until now. */
  readonly asked: readonly Asked[];
  /** Says something that nobody asked for, in the envelope that it is given. */
  say(data: unknown, bytes?: Uint8Array): void;
  /** Closes the comm from the kernel's side. */
  close(): void;
}

export const sha256Of = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** As an honest side puts what it says. */
export const enveloped = (said: object): { readonly text: string; readonly sum: string } => {
  const text = JSON.stringify(said);
  return { text, sum: sha256Of(text).slice(0, 16) };
};

const hello: Answering = (asked, bytes) =>
  asked.op === 'hello' ? { said: { sha256: sha256Of(bytes), freeBytes: 1e12 }, bytes } : undefined;

/**
 * A session with it. It greets honestly, and answers pings, unless `answer` does that itself.
 * @param isDeaf - the kernel itself answers, its side of the transfer nothing
 */
export const fakeKernel = (answer: Answering, isDeaf = false): FakeKernel => {
  const asked: Asked[] = [];
  const closed = deferred<LostReason>();
  let heard: CommListener | undefined;
  const say = (data: unknown, bytes?: Uint8Array): void => {
    setImmediate(() => {
      heard?.onMessage(data, bytes ? [bytes] : []);
    });
  };
  return {
    asked,
    say,
    close: () => {
      closed.resolve({ kind: 'closed' });
    },
    session: {
      execute: () =>
        Promise.resolve({
          kind: 'replied',
          content: { status: 'ok', execution_count: 0, payload: [], user_expressions: {} },
        }),
      openComm: (_target, listener) => {
        heard = listener;
        return {
          send: (data, bytes = new Uint8Array(0)) => {
            const { text } = data as { readonly text: string };
            const one = JSON.parse(text) as Asked;
            asked.push(one);
            if (isDeaf) {
              return;
            }
            const given = answer(one, bytes) ?? hello(one, bytes) ?? (one.op === 'ping' ? { said: {} } : undefined);
            if (given) {
              say(enveloped({ ...given.said, id: one.id }), given.bytes);
            }
          },
          closed: closed.promise,
          isBusy: false,
          answers: () => Promise.resolve(true),
          beginWork: () => () => undefined,
          dispose: () => {
            closed.resolve({ kind: 'closed' });
          },
        };
      },
    },
  };
};
