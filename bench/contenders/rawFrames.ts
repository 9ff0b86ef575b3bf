// Raw frames through the gateway to a kernel and back: as fast as bytes can get through it, neither checked nor on a disk.
import { deferred, type Deferred } from '../../src/core/async.ts';
import type { KernelSession } from '../../src/core/gateway/kernelSession.ts';

export interface RawFrames {
  move(direction: 'up' | 'down', bytes: number): Promise<void>;
  stop(): void;
}

const frame = 4 << 20;
const underWay = 8;

const kernelCode = `
def _raw_opened(comm, message):
    def received(message):
        length = message['content']['data']['length']
        comm.send({}, buffers=[bytes(length)] if length else [])
    comm.on_msg(received)
get_ipython().kernel.comm_manager.register_target('raw_frames', _raw_opened)
`;

export const startRawFrames = async (session: KernelSession): Promise<RawFrames> => {
  await session.execute({ code: kernelCode, silent: true });
  let arrived = 0;
  let turn: Deferred<undefined> = deferred();
  const comm = session.openComm('raw_frames', {
    onMessage: () => {
      arrived++;
      turn.resolve(undefined);
    },
    onReconnected: () => undefined,
  });
  const end = comm.beginWork();
  return {
    move: async (direction, bytes) => {
      const content = Buffer.alloc(frame);
      const frames = Math.ceil(bytes / frame);
      arrived = 0;
      for (let asked = 0; arrived < frames;) {
        while (asked < frames && asked - arrived < underWay) {
          comm.send({ length: direction === 'down' ? frame : 0 }, direction === 'up' ? content : undefined);
          asked++;
        }
        turn = deferred();
        await turn.promise;
      }
    },
    stop: () => {
      end();
      comm.dispose();
    },
  };
};
