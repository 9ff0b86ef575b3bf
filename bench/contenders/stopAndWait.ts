// The way of others: a piece of 1 MiB, wait for the answer, the next piece; neither checked nor written to a disk.
import { deferred, type Deferred } from '../../src/core/async.ts';
import type { KernelSession } from '../../src/core/gateway/kernelSession.ts';

export interface StopAndWait {
  move(direction: 'up' | 'down', bytes: number): Promise<void>;
  stop(): void;
}

const piece = 1 << 20;

const kernelCode = `
def _opened(comm, message):
    def received(message):
        length = message['content']['data']['length']
        comm.send({}, buffers=[bytes(length)] if length else [])
    comm.on_msg(received)
get_ipython().kernel.comm_manager.register_target('stop_and_wait', _opened)
`;

export const startStopAndWait = async (session: KernelSession): Promise<StopAndWait> => {
  await session.execute({ code: kernelCode, silent: true });
  let answered: Deferred<undefined> = deferred();
  const comm = session.openComm('stop_and_wait', {
    onMessage: () => {
      answered.resolve(undefined);
    },
    onReconnected: () => undefined,
  });
  const end = comm.beginWork();
  return {
    move: async (direction, bytes) => {
      const content = Buffer.alloc(piece);
      for (let done = 0; done < bytes; done += piece) {
        answered = deferred();
        comm.send({ length: direction === 'down' ? piece : 0 }, direction === 'up' ? content : undefined);
        await answered.promise;
      }
    },
    stop: () => {
      end();
      comm.dispose();
    },
  };
};
