// Outcomes as a table for people (markdown, so that it can go into a document) and as JSON for programs.
import { availableParallelism, cpus } from 'node:os';
import type { Benchmark, Outcome, Series } from './benchmark.ts';
import { median, quantile } from './statistics.ts';

const number = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

const ratioOf = (series: Series, { series: all, reference }: Outcome): number | null => {
  const other = all.find(({ contender }) => contender === reference);
  return other?.unit === series.unit && other !== series ? median(series.samples) / median(other.samples) : null;
};

/** One benchmark: a row for each contender, then the targets. */
export const toText = ({ title }: Benchmark, outcome: Outcome): string => {
  const rows = outcome.series.map((series) => {
    const { contender, samples, unit } = series;
    const ratio = ratioOf(series, outcome);
    return [
      contender,
      `${number(median(samples))} ${unit}`,
      samples.length > 1 ? `${number(quantile(samples, 0.95))} ${unit}` : '',
      ratio === null ? '' : `${ratio.toFixed(2)}x`,
      String(samples.length),
    ];
  });
  const head = [title, 'median', '95 %', 'ratio', 'runs'];
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const targets = outcome.targets.map(({ wanted, found, met }) => `- ${met ? 'met' : 'NOT met'}: ${wanted} (${found})`);
  return [line(head), line(rule), ...rows.map(line), ...(targets.length > 0 ? ['', ...targets] : []), ''].join('\n');
};

export const machine = (): Record<string, unknown> => ({
  date: new Date().toISOString().slice(0, 10),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  processors: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
});

export const toJson = ({ name, title }: Benchmark, outcome: Outcome): Record<string, unknown> => ({
  name,
  title,
  reference: outcome.reference || null,
  contenders: outcome.series.map((series) => ({
    contender: series.contender,
    unit: series.unit,
    median: median(series.samples),
    p95: quantile(series.samples, 0.95),
    ratio: ratioOf(series, outcome),
    samples: series.samples,
  })),
  targets: outcome.targets,
});
