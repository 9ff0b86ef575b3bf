// Turning the workspace's path in printed text into /mnt/data, beside a plain replaceAll of the same text.
import { inTurns, type Benchmark, type Contender } from '../benchmark.ts';
import { median } from '../statistics.ts';
import { atLeast } from '../targets.ts';
import { createOutputTranslator } from '../../src/core/paths/outputTranslator.ts';

const path = '/home/user/.local/share/code-interpreter/uploads/message-1';
const mapping = { realPaths: [path] };
const megabytes = 8;

/** Chunks as a kernel sends them: 8 KiB or so each, no two alike. */
const chunksOf = (line: string): readonly string[] => {
  const chunk = line.repeat(Math.ceil(8192 / line.length));
  return Array.from({ length: Math.ceil((megabytes * 1e6) / chunk.length) }, (_, index) =>
    Buffer.from(`${index} ${chunk}`).toString(),
  );
};

const throughput = (
  name: string,
  chunks: readonly string[],
  work: (chunks: readonly string[]) => number,
): Contender => {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 1e6;
  return {
    name,
    measure: (times) =>
      Promise.resolve(
        Array.from({ length: times }, () => {
          const start = performance.now();
          if (work(chunks) === 0) {
            throw new Error('nothing came out');
          }
          return size / ((performance.now() - start) / 1000);
        }),
      ),
  };
};

const translated = (chunks: readonly string[]): number => {
  const translator = createOutputTranslator(mapping);
  let length = 0;
  for (const chunk of chunks) {
    length += translator.push(chunk).length;
  }
  return length + translator.flush().length;
};

const replaced = (chunks: readonly string[]): number => {
  let length = 0;
  for (const chunk of chunks) {
    length += chunk.replaceAll(path, '/mnt/data').length;
  }
  return length;
};

const beside = (name: string, title: string, line: string, wanted: number): Benchmark => ({
  name,
  title,
  run: async (_places, runs) => {
    const chunks = chunksOf(line);
    const series = await inTurns(
      [throughput('plain replaceAll', chunks, replaced), throughput('engine', chunks, translated)],
      { runs: Math.max(5, Math.round(runs / 10)), round: 5, warmUps: 2 },
      'MB/s',
    );
    const found = median(series[1]?.samples ?? []);
    return {
      series,
      reference: 'plain replaceAll',
      targets: [atLeast(`engine: at least ${wanted} MB/s`, found, wanted, ' MB/s')],
    };
  },
});

export const translation = beside(
  'translation',
  'Output translation, nothing matches',
  '2026-01-01 12:00:00 epoch 17 of 100: loss 0.1234, accuracy 0.987\n',
  300,
);

export const translationOfPaths = beside(
  'translation-paths',
  'Output translation, a path on each line',
  `saved ${path}/plots/figure.png (17 KiB)\n`,
  150,
);
