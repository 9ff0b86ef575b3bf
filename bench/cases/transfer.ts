// Files through the kernel connection: beside raw frames over ZeroMQ, beside the ways of others, and against a slow network.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timed, type Benchmark, type Series } from '../benchmark.ts';
import { startRawFrames } from '../contenders/rawFrames.ts';
import { startContentsServer } from '../contenders/jupyterServer.ts';
import { startStopAndWait } from '../contenders/stopAndWait.ts';
import { describeSource, pullInto, startTransfer } from '../contenders/transfer.ts';
import { startZmqTransfer } from '../contenders/zmqTransfer.ts';
import type { PushFile } from '../../src/core/kernel/transfer/types.ts';
import { median } from '../statistics.ts';
import { atLeast, atMost } from '../targets.ts';
import { startDistance } from '../contenders/distance.ts';

const megabyte = 1_000_000;
const mebi = 1 << 20;
const size = 96 * mebi;
const repetitions = 5;

const speedOf = (bytes: number, milliseconds: number): number => bytes / megabyte / (milliseconds / 1000);

const collect = async (
  contenders: Readonly<Record<string, () => Promise<number>>>,
  times: number,
  unit: Series['unit'] = 'MB/s',
): Promise<Series[]> => {
  const samples = Object.fromEntries(Object.keys(contenders).map((name): [string, number[]] => [name, []]));
  for (let time = 0; time < times; time++) {
    for (const [name, measure] of Object.entries(contenders)) {
      samples[name]?.push(await measure());
    }
  }
  return Object.entries(samples).map(([contender, found]) => ({ contender, unit, samples: found }));
};

const ratio = (series: readonly Series[], one: string, other: string): number => {
  const of = (name: string): number => median(series.find(({ contender }) => contender === name)?.samples ?? []);
  return of(one) / of(other);
};

export const transfer: Benchmark = {
  name: 'transfer',
  title: '100 MB through the kernel connection',
  run: async (places) => {
    const gateway = await places.gateway();
    const [here, there, contents] = [await places.folder(), await places.folder(), await places.folder()];
    const content = randomBytes(size);
    await writeFile(join(here, 'file'), content);
    const file = await describeSource(here, 'file', content);
    const engine = await startTransfer(gateway, there);
    const peer = await startStopAndWait(engine.session);
    const raw = await startRawFrames(engine.session);
    const zmq = startZmqTransfer(gateway.kernelPython);
    const server = await startContentsServer(contents, places.cacheFolder);
    const measure = async (work: () => Promise<unknown>): Promise<number> => speedOf(size, await timed(work));
    try {
      const series = await collect(
        {
          'up: raw frames over ZeroMQ': async () => speedOf(size, await zmq.move('up', size)),
          'up: ZeroMQ, checked and on disk': async () => speedOf(size, await zmq.move('up', size, join(here, 'file'))),
          'up: raw frames through the gateway': () => measure(() => raw.move('up', size)),
          'up: engine, checked and on disk': async () => {
            await engine.transfer.clear();
            return measure(() => engine.transfer.push([file]));
          },
          'up: 1 MiB at a time, stop and wait': () => measure(() => peer.move('up', size)),
          'up: Jupyter Server, Contents API': () => measure(() => server.put('file', content)),
          'down: raw frames over ZeroMQ': async () => speedOf(size, await zmq.move('down', size)),
          'down: ZeroMQ, checked and on disk': async () =>
            speedOf(size, await zmq.move('down', size, join(here, 'file'))),
          'down: raw frames through the gateway': () => measure(() => raw.move('down', size)),
          'down: engine, checked and on disk': () => measure(() => pullInto(engine.transfer, here, [file])),
          'down: 1 MiB at a time, stop and wait': () => measure(() => peer.move('down', size)),
          'down: Jupyter Server, Contents API': () => measure(() => server.get('file')),
        },
        repetitions,
      );
      return {
        series,
        reference: 'up: raw frames over ZeroMQ',
        targets: ['up', 'down'].flatMap((way) => [
          atLeast(
            `${way}: at least 0.5 of raw frames over ZeroMQ`,
            ratio(series, `${way}: engine, checked and on disk`, `${way}: raw frames over ZeroMQ`),
            0.5,
          ),
          atLeast(
            `${way}: at least 0.5 of ZeroMQ that does the same work`,
            ratio(series, `${way}: engine, checked and on disk`, `${way}: ZeroMQ, checked and on disk`),
            0.5,
          ),
          atLeast(
            `${way}: at least 2 times the Contents API`,
            ratio(series, `${way}: engine, checked and on disk`, `${way}: Jupyter Server, Contents API`),
            2,
          ),
        ]),
      };
    } finally {
      peer.stop();
      raw.stop();
      await engine.stop();
      await zmq.stop();
      await server.stop();
    }
  },
};

export const transferFar: Benchmark = {
  name: 'transfer-far',
  title: '100 MB at a round trip of 50 ms',
  run: async (places) => {
    const gateway = await places.gateway();
    const [here, there] = [await places.folder(), await places.folder()];
    const content = randomBytes(size);
    await writeFile(join(here, 'file'), content);
    const file = await describeSource(here, 'file', content);
    const distance = await startDistance(gateway.connection.baseUrl);
    const connection = { ...gateway.connection, baseUrl: distance.url };
    const engine = await startTransfer(gateway, there, connection);
    const peer = await startStopAndWait(engine.session);
    distance.roundTrip = 50;
    const measure = async (work: () => Promise<unknown>): Promise<number> => speedOf(size, await timed(work));
    try {
      const series = await collect(
        {
          'up: engine': async () => {
            await engine.transfer.clear();
            return measure(() => engine.transfer.push([file]));
          },
          'up: 1 MiB at a time, stop and wait': () => measure(() => peer.move('up', size)),
          'down: engine': () => measure(() => pullInto(engine.transfer, here, [file])),
          'down: 1 MiB at a time, stop and wait': () => measure(() => peer.move('down', size)),
        },
        2,
      );
      return {
        series,
        reference: 'up: 1 MiB at a time, stop and wait',
        targets: ['up', 'down'].map((way) =>
          atLeast(
            `${way}: at least 6 times stop and wait`,
            ratio(series, `${way}: engine`, `${way}: 1 MiB at a time, stop and wait`),
            6,
          ),
        ),
      };
    } finally {
      distance.roundTrip = 0;
      peer.stop();
      await engine.stop();
      await distance.close();
    }
  },
};

export const transferMemory: Benchmark = {
  name: 'transfer-memory',
  title: '1 GB each way: growth of this process',
  run: async (places) => {
    const giga = 1 << 30;
    const gateway = await places.gateway();
    const [here, there] = [await places.folder(), await places.folder()];
    execFileSync('dd', ['if=/dev/urandom', `of=${join(here, 'file')}`, 'bs=1M', 'count=1024', 'status=none']);
    const [sha256 = ''] = execFileSync('sha256sum', [join(here, 'file')], { encoding: 'utf8' }).split(' ');
    const engine = await startTransfer(gateway, there);
    const warm = await describeSource(here, 'file', new Uint8Array(0));
    try {
      // Once before it is counted: buffers that stay are not what grows with a file.
      await writeFile(join(here, 'warm'), randomBytes(64 * mebi));
      const before = process.memoryUsage.rss();
      let highest = before;
      const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
      const up = await timed(() => engine.transfer.push([{ ...warm, size: giga, sha256 }]));
      const down = await timed(() =>
        pullInto(engine.transfer, here, [{ path: 'file', size: giga, sha256, mtimeNs: 0n }]),
      );
      clearInterval(watch);
      const growth = (highest - before) / megabyte;
      return {
        series: [
          { contender: 'up', unit: 'MB/s', samples: [speedOf(giga, up)] },
          { contender: 'down', unit: 'MB/s', samples: [speedOf(giga, down)] },
          { contender: 'growth of the resident set', unit: 'MB', samples: [growth] },
        ],
        reference: '',
        targets: [atMost('growth at most 64 MB', growth, 64, ' MB')],
      };
    } finally {
      await engine.stop();
      await rm(join(there, 'file'), { force: true });
    }
  },
};

export const transferMany: Benchmark = {
  name: 'transfer-many',
  title: '10,000 files of 1 KiB',
  run: async (places) => {
    const gateway = await places.gateway();
    const [here, there] = [await places.folder(), await places.folder()];
    const paths = Array.from({ length: 10_000 }, (_, index) => `${index % 100}/${index}.bin`);
    const files: PushFile[] = [];
    for (const path of paths) {
      const content = randomBytes(1024);
      await mkdir(join(here, path, '..'), { recursive: true });
      await writeFile(join(here, path), content);
      files.push(await describeSource(here, path, content));
    }
    const engine = await startTransfer(gateway, there);
    try {
      const contenders: Readonly<Record<string, () => Promise<number>>> = {
        'cp -r': async () => {
          const copy = await places.folder();
          return timed(() => execFileSync('cp', ['-r', here, copy]));
        },
        'cp -r, and each file made durable': async () => {
          const copy = await places.folder();
          const script = 'cp -r "$0" "$1" && find "$1" -type f -print0 | xargs -0 sync';
          return timed(() => execFileSync('sh', ['-c', script, here, copy]));
        },
        'up: engine, each checked and made durable': async () => {
          await engine.transfer.clear();
          return timed(() => engine.transfer.push(files));
        },
        'down: engine, each checked and made durable': async () => {
          const back = await places.folder();
          return timed(() => pullInto(engine.transfer, back, files));
        },
      };
      return {
        series: await collect(contenders, 3, 'ms'),
        reference: 'cp -r, and each file made durable',
        targets: [],
      };
    } finally {
      await engine.stop();
    }
  },
};
