// Frames to a kernel over ZeroMQ, with no gateway between: as fast as bytes can get to a kernel.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ZmqTransfer {
  /** Milliseconds. With a file: from a disk to a disk, with a hash on both sides; else raw bytes. */
  move(direction: 'up' | 'down', bytes: number, file?: string): Promise<number>;
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('../python/zmq_transfer.py', import.meta.url));
const frame = 4 << 20;

export const startZmqTransfer = (python: string): ZmqTransfer => {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    move: async (direction, bytes, file) => {
      child.stdin.write(`${JSON.stringify({ do: direction, bytes, frame, file: file ?? null })}\n`);
      const answer: IteratorResult<string, unknown> = await lines.next();
      if (answer.done === true) {
        throw new Error('the ZeroMQ client ended');
      }
      return Number(answer.value);
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.stdin.end();
        await ended;
      }
    },
  };
};
