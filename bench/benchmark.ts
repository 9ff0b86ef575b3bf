// What a benchmark is: contenders measured in the same run, and what is wanted of them.
import type { Places } from './places.ts';

/** One contender's samples, all in one unit. */
export interface Series {
  readonly contender: string;
  readonly unit: 'ms' | 'MB/s' | 'MB';
  readonly samples: readonly number[];
}

/** What is wanted, with the found value in its words. Told, never enforced: a noisy machine is no failure. */
export interface Target {
  readonly wanted: string;
  readonly found: string;
  readonly met: boolean;
}

export interface Outcome {
  readonly series: readonly Series[];
  /** Contender that the others' ratios are to, where its unit is the same. */
  readonly reference: string;
  readonly targets: readonly Target[];
}

export interface Benchmark {
  /** By which it is chosen on the command line. */
  readonly name: string;
  readonly title: string;
  run(places: Places, runs: number): Promise<Outcome>;
}

/** A contender that does its thing once; resolves with the time it took in milliseconds. */
export interface Contender {
  readonly name: string;
  /** Several at once, for contenders in another process. */
  readonly measure: (times: number) => Promise<readonly number[]>;
}

/** Times `work`, milliseconds. */
export const timed = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** A contender of this process. */
export const contender = (name: string, work: () => unknown): Contender => ({
  name,
  measure: async (times) => {
    const samples: number[] = [];
    for (let time = 0; time < times; time++) {
      samples.push(await timed(work));
    }
    return samples;
  },
});

/**
 * Measures contenders in turns (A B C A B C), so that what else the machine does meets all of them alike.
 * @param runs samples of each
 * @param round samples in one turn
 * @param warmUps runs of each that are not counted
 */
export const inTurns = async (
  contenders: readonly Contender[],
  { runs, round, warmUps }: { readonly runs: number; readonly round: number; readonly warmUps: number },
  unit: Series['unit'] = 'ms',
): Promise<Series[]> => {
  for (const { measure } of contenders) {
    await measure(warmUps);
  }
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let done = 0; done < runs; done += round) {
    for (const { name, measure } of contenders) {
      samples.get(name)?.push(...(await measure(Math.min(round, runs - done))));
    }
  }
  return [...samples].map(([name, found]) => ({ contender: name, unit, samples: found }));
};
