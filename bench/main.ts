// All benchmarks, and a run of those that were chosen.
import type { Benchmark } from './benchmark.ts';
import { activation } from './cases/activation.ts';
import { first } from './cases/first.ts';
import { keep } from './cases/keep.ts';
import { printedLines } from './cases/lines.ts';
import { memory } from './cases/memory.ts';
import { open } from './cases/open.ts';
import { registry } from './cases/registry.ts';
import { snapshot } from './cases/snapshot.ts';
import { tree } from './cases/tree.ts';
import { transfer, transferFar, transferMany, transferMemory } from './cases/transfer.ts';
import { translation, translationOfPaths } from './cases/translation.ts';
import { warm } from './cases/warm.ts';
import { createPlaces } from './places.ts';
import { machine, toJson, toText } from './table.ts';

/** `memory` first: what others leave in this process would blur its growth. */
export const benchmarks: readonly Benchmark[] = [
  memory,
  warm,
  first,
  printedLines,
  translation,
  translationOfPaths,
  open,
  registry,
  snapshot,
  tree,
  keep,
  transfer,
  transferFar,
  transferMemory,
  transferMany,
  activation,
];

export interface BenchRequest {
  readonly chosen: readonly Benchmark[];
  /** Samples of each contender in the quick benchmarks; the slow ones take a fraction. */
  readonly runs: number;
  readonly cacheFolder: string;
  readonly json: boolean;
  readonly print: (text: string) => void;
}

/** `@jupyterlab/services` writes about its connections to the console. */
const silenceConsole = (): void => {
  const nothing = (): void => undefined;
  Object.assign(console, { debug: nothing, log: nothing, info: nothing, warn: nothing, error: nothing });
};

/** Runs them in turn and prints as it goes, or one JSON value at the end. What was started is stopped whatever happens. */
export const runBenchmarks = async ({ chosen, runs, cacheFolder, json, print }: BenchRequest): Promise<void> => {
  silenceConsole();
  const places = createPlaces(cacheFolder);
  const found: Record<string, unknown>[] = [];
  const interrupted = (): void => {
    void places.dispose().finally(() => process.exit(130));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    if (!json) {
      print(`${Object.values(machine()).join(', ')}\n`);
    }
    for (const benchmark of chosen) {
      const outcome = await benchmark.run(places, runs);
      found.push(toJson(benchmark, outcome));
      if (!json) {
        print(toText(benchmark, outcome));
      }
    }
  } finally {
    await places.dispose();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
  if (json) {
    print(JSON.stringify({ machine: machine(), benchmarks: found }, null, 2));
  }
};
