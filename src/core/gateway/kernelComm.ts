// A comm to one target in the kernel, and whether anything can still come through it.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
import type { KernelConnection, KernelMessage } from '@jupyterlab/services';
import { deferred } from '../async.ts';
import type { Liveness, LostReason } from './liveness.ts';

/** JSON that goes into a comm message. */
export type CommData = KernelMessage.ICommMsgMsg['content']['data'];

export interface KernelComm {
  /**
   * Sends one message, with bytes that must stay as they are until the kernel has answered. While the connection is away it waits
   * for it; what was on its way when the connection broke is lost.
   */
  send(data: CommData, bytes?: Uint8Array): void;
  /** Settled once nothing can come any more, with the reason: the kernel is gone, was restarted, or closed the comm. */
  readonly closed: Promise<LostReason>;
  /** The kernel runs something, so that what was sent waits. */
  readonly isBusy: boolean;
  /** Asks the kernel itself; resolves when it has answered, which it does after all that was sent before. May never settle. */
  answers(): Promise<boolean>;
  /** Watches the connection closely until the returned function is called. */
  beginWork(): () => void;
  dispose(): void;
}

export interface CommListener {
  /** `data` is whatever the kernel sent. */
  readonly onMessage: (data: unknown, buffers: readonly Uint8Array[]) => void;
  /** The connection is there again: what was under way may be lost. */
  readonly onReconnected: () => void;
}

const toBytes = (buffer: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);

/** Opens a comm. `lost`: the kernel is gone or was restarted. */
export const openKernelComm = (
  connection: KernelConnection,
  target: string,
  listener: CommListener,
  lost: Promise<LostReason>,
  liveness: Liveness,
): KernelComm => {
  const closed = deferred<LostReason>();
  const comm = connection.createComm(target);
  const onStatus = (_sender: unknown, status: string): void => {
    if (status === 'connected') {
      listener.onReconnected();
    }
  };
  void lost.then(closed.resolve);
  comm.onMsg = ({ content, buffers }) => {
    listener.onMessage(content.data, (buffers ?? []).map(toBytes));
  };
  comm.onClose = () => {
    closed.resolve({ kind: 'closed' });
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch {
      // The library throws for a connection that is disposed or dead.
      closed.resolve({ kind: 'closed' });
    }
  };
  connection.connectionStatusChanged.connect(onStatus);
  attempt(() => comm.open());
  return {
    send: (data, bytes) => {
      attempt(() => comm.send(data, {}, bytes ? [bytes] : []));
    },
    closed: closed.promise,
    get isBusy() {
      return connection.status === 'busy';
    },
    answers: async () => {
      try {
        return (await connection.requestKernelInfo()) !== undefined;
      } catch {
        return false;
      }
    },
    beginWork: () => liveness.beginWork(),
    dispose: () => {
      connection.connectionStatusChanged.disconnect(onStatus);
      attempt(() => {
        if (!comm.isDisposed && !connection.isDisposed) {
          comm.close();
        }
      });
      closed.resolve({ kind: 'closed' });
    },
  };
};
