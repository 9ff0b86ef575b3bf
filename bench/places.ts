// What benchmarks work on: temporary folders, one gateway and one ZeroMQ client, made at the first need and gone at the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBenchGateway, type BenchGateway } from './contenders/gateway.ts';
import { startZmq, type Zmq } from './contenders/zmq.ts';

export interface Places {
  /** Where environments are installed. */
  readonly cacheFolder: string;
  folder(): Promise<string>;
  gateway(): Promise<BenchGateway>;
  zmq(): Promise<Zmq>;
  /** Ends everything, the last first. */
  dispose(): Promise<void>;
}

export const createPlaces = (cacheFolder: string): Places => {
  const ends: (() => Promise<unknown>)[] = [];
  let gateway: Promise<BenchGateway> | undefined;
  let zmq: Promise<Zmq> | undefined;

  const folder = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'code-interpreter-bench-'));
    ends.push(() => rm(path, { recursive: true, force: true }));
    return path;
  };
  const openGateway = async (): Promise<BenchGateway> => {
    const started = await startBenchGateway(await folder(), cacheFolder);
    ends.push(() => started.stop());
    return started;
  };
  const openZmq = async (): Promise<Zmq> => {
    const started = startZmq((await (gateway ??= openGateway())).kernelPython);
    ends.push(() => started.stop());
    return started;
  };

  return {
    cacheFolder,
    folder,
    gateway: () => (gateway ??= openGateway()),
    zmq: () => (zmq ??= openZmq()),
    dispose: async () => {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
        await end();
      }
    },
  };
};
