// `jupyter_client` over ZeroMQ, with no gateway between: as fast as a kernel can be. Runs in a Python of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ZmqSample {
  readonly milliseconds: number;
  /** UTF-8 bytes that were printed. */
  readonly bytes: number;
}

export interface Zmq {
  /** On one kernel that is started at the first call. */
  execute(code: string, times: number): Promise<readonly ZmqSample[]>;
  /** From nothing: start a kernel, connect, execute. */
  startAndExecute(code: string): Promise<ZmqSample>;
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('../python/zmq_floor.py', import.meta.url));

export const startZmq = (python: string): Zmq => {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: object): Promise<readonly ZmqSample[]> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer: IteratorResult<string, unknown> = await lines.next();
    if (answer.done === true) {
      throw new Error('the ZeroMQ client ended');
    }
    return JSON.parse(answer.value) as ZmqSample[];
  };
  return {
    execute: (code, times) => ask({ do: 'execute', code, times }),
    startAndExecute: async (code) => {
      const [sample] = await ask({ do: 'start', code });
      return sample ?? { milliseconds: NaN, bytes: 0 };
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
