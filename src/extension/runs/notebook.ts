// A message's runs as a notebook: https://nbformat.readthedocs.io/en/latest/format_description.html
import type { NotebookOutput, RunResult } from '../../core/run/result.ts';

export interface RecordedRun {
  readonly runId: string;
  readonly code: string;
  readonly language: string;
  readonly outputs: readonly NotebookOutput[];
  /** What stands below it; `undefined` while it goes on. */
  readonly receipt: string | undefined;
  readonly files: RunResult['files'];
}

const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

const outputJson = (output: NotebookOutput): unknown =>
  output.output_type === 'stream' ? { ...output, text: linesOf(output.text) } : output;

/** A name in Markdown: nothing in it is markup. */
const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-.!<>|~\n]/g, (character) => `\\${character}`);

const receiptCell = (run: RecordedRun): unknown => ({
  cell_type: 'markdown',
  id: `${run.runId.slice(-24)}-r`,
  metadata: {},
  source: linesOf(
    [
      ...run.files.map(({ name, path, url, status }) => `- [${escapeMarkdown(name)}](${url}) \`${path}\` ${status}`),
      ...(run.files.length > 0 ? [''] : []),
      `*${run.receipt ?? ''}*`,
    ].join('\n'),
  ),
});

const codeCell = (run: RecordedRun, number: number): unknown => ({
  cell_type: 'code',
  id: run.runId.slice(-30),
  metadata: {},
  execution_count: run.receipt === undefined ? null : number,
  source: linesOf(run.code),
  outputs: run.outputs.map(outputJson),
});

/** A valid nbformat 4.5 notebook, as text. */
export const notebookJson = (runs: readonly RecordedRun[]): string =>
  JSON.stringify(
    {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {
        kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
        language_info: { name: runs.at(-1)?.language ?? 'python' },
      },
      cells: runs.flatMap((run, index) => [
        codeCell(run, index + 1),
        ...(run.receipt === undefined ? [] : [receiptCell(run)]),
      ]),
    },
    null,
    1,
  );
