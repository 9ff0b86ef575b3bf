// A message's runs as a notebook: https://nbformat.readthedocs.io/en/latest/format_description.html
import type { NotebookOutput, RunResult } from '../../core/run/result.ts';

export interface RecordedRun {
  readonly runId: string;
  readonly code: string;
  readonly language: string;
  readonly outputs: readonly NotebookOutput[];
  readonly files: RunResult['files'];
  /** Sentences about it: what was not kept, and what else a user should know. */
  readonly notes: readonly string[];
  /** How it ended, or that it goes on. */
  readonly receipt: string;
  readonly isUnderWay: boolean;
}

export interface NotebookOptions {
  /** What stands before the runs. */
  readonly introduction?: string | undefined;
  /** Whether files are links that VS Code opens; anywhere else they lead nowhere. */
  readonly links: boolean;
}

const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

const outputJson = (output: NotebookOutput): unknown =>
  output.output_type === 'stream' ? { ...output, text: linesOf(output.text) } : output;

/** A name in Markdown: nothing in it is markup. */
const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-.!<>|~&]/g, (character) => `\\${character}`).replace(/[\r\n]+/g, ' ');

/** 1 to 64 letters, digits, `-` and `_`: https://nbformat.readthedocs.io/en/latest/format_description.html#cell-ids */
const cellId = ({ runId }: RecordedRun): string => runId.replace(/[^\w-]/g, '-').slice(-60);

const markdownCell = (id: string, text: string): unknown => ({
  cell_type: 'markdown',
  id,
  metadata: {},
  source: linesOf(text),
});

const fileLine = ({ name, path, url, status }: RunResult['files'][number], links: boolean): string =>
  links
    ? `- [${escapeMarkdown(name)}](${url}) ${escapeMarkdown(path)} ${status}`
    : `- ${escapeMarkdown(path)} ${status}`;

const receiptCell = (run: RecordedRun, links: boolean): unknown => {
  const paragraphs = [
    run.files.map((file) => fileLine(file, links)).join('\n'),
    run.notes.map((note) => `> ${escapeMarkdown(note)}`).join('\n>\n'),
    `*${escapeMarkdown(run.receipt)}*`,
  ];
  return markdownCell(`${cellId(run)}-r`, paragraphs.filter((text) => text !== '').join('\n\n'));
};

/** Where VS Code calls a language otherwise than its kernels do. */
const languageIds: Readonly<Record<string, string>> = { bash: 'shellscript', 'c++': 'cpp' };

const codeCell = (run: RecordedRun, number: number, language: string): unknown => ({
  cell_type: 'code',
  id: cellId(run),
  metadata: run.language === language ? {} : { vscode: { languageId: languageIds[run.language] ?? run.language } },
  execution_count: run.isUnderWay ? null : number,
  source: linesOf(run.code),
  outputs: run.outputs.map(outputJson),
});

/** A valid nbformat 4.5 notebook, as text. */
export const notebookJson = (runs: readonly RecordedRun[], { introduction, links }: NotebookOptions): string => {
  const language = runs.at(-1)?.language ?? 'python';
  return JSON.stringify(
    {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {
        ...(language === 'python' && {
          kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
        }),
        language_info: { name: language },
      },
      cells: [
        ...(introduction === undefined ? [] : [markdownCell('introduction', escapeMarkdown(introduction))]),
        ...runs.flatMap((run, index) => [codeCell(run, index + 1, language), receiptCell(run, links)]),
      ],
    },
    null,
    1,
  );
};
