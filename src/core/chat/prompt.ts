// The dynamic prompt of a message: what a model has to know to write code for it. Only what is true now: real files, what is
// in them, what is kept and what is not. Everything that comes from files is quoted.
import type { Grounding } from '../kernel/capabilities.ts';
import { virtualRoot } from '../paths/virtualPath.ts';
import type { ListedFile } from '../registry/fileRecord.ts';
import { fit, type Entry } from './prompt/fit.ts';
import { listFiles, type PresentFile, type PromptAttachment } from './prompt/listing.ts';
import { quoted } from './prompt/quoted.ts';
import { rulesOf } from './prompt/rules.ts';
import { tableText } from './prompt/tableText.ts';
import { describeTable } from './tables.ts';

export type { PromptAttachment } from './prompt/listing.ts';

export interface PromptInput {
  /** The message's workspace, absolute; it need not exist yet. */
  readonly workspacePath: string;
  readonly attachments: readonly PromptAttachment[];
  /** Kept files of the chat's other messages, which this message's code can't see. */
  readonly earlierFiles: readonly ListedFile[];
  /** The types that are kept, with their dot; `null` for all but caches and temporary files. */
  readonly tracked: readonly string[] | null;
  /** `null` while no kernel has been probed. */
  readonly grounding: Grounding | null;
  /** What a kernel lives for; `message` unless given. */
  readonly kernelScope?: 'message' | 'run' | 'chat';
  /** The total limit of a run. */
  readonly timeoutSeconds?: number;
  /** The longest prompt, in UTF-16 code units; at least {@link smallestBudget}. */
  readonly budgetCharacters?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Below it there is no room for the rules and a few names. */
export const smallestBudget = 3500;
const usualBudget = 8000;

/** How long tables are looked into, all together. */
const tablesMilliseconds = 5000;

const sizeText = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? bytes : value.toFixed(value < 10 ? 1 : 0)} ${units[power] ?? ''}`;
};

/** The most names of columns in the long and in the short version of a table's details. */
const columnVersions = [40, 8];

const presentEntry = (file: PresentFile, deadline: number, signal: AbortSignal | undefined): Entry => {
  const origin = file.attached ? 'attached by the user' : 'made by code in this message';
  if (file.size === null) {
    return {
      line: `${quoted(file.path)} (attached by the user, but it can't be read: ask for it again)`,
      details: () => Promise.resolve([]),
    };
  }
  return {
    line: `${quoted(file.path)} (${sizeText(file.size)}, ${file.format}, ${origin})`,
    details: async () => {
      const milliseconds = Math.min(2000, deadline - performance.now());
      const table = milliseconds > 50 ? await describeTable(file.path, file.open, { milliseconds, signal }) : null;
      return table ? columnVersions.map((most) => tableText(table, most).map((line) => `    ${line}`)) : [];
    },
  };
};

const plain = (text: string): string => quoted(text.slice(0, 40)).slice(1, -1);

const earlierEntry = ({ name, size, format, created_at: created, id }: ListedFile): Entry => ({
  line: `${quoted(name)} (${sizeText(size)}, ${plain(format)}, ${plain(created)}, id ${quoted(id)})`,
  details: () => Promise.resolve([]),
});

const block = (lines: readonly string[]): string => ['```text', ...lines, '```', ''].join('\n');

/**
 * The prompt, as Markdown of at most `budgetCharacters`. Reads the workspace's files within bounds of bytes and time.
 * @throws CodedError `cancelled`
 */
export const buildPrompt = async (input: PromptInput): Promise<string> => {
  const budget = Math.max(smallestBudget, input.budgetCharacters ?? usualBudget);
  const deadline = performance.now() + tablesMilliseconds;
  const { files, truncated } = await listFiles(input.workspacePath, input.attachments, input.signal);
  const present = files.map((file) => presentEntry(file, deadline, input.signal));
  const earlier = input.earlierFiles.map(earlierEntry);

  const rules = rulesOf(input);
  const presentHead = `\n### Files in ${virtualRoot} now\n\n`;
  const earlierHead =
    earlier.length === 0
      ? ''
      : `\n### Files of other messages of this chat\n\nKept for the user, and not in \`${virtualRoot}\`: to use one, ask the user to attach it to this message.\n\n`;
  const free = budget - rules.length - presentHead.length - earlierHead.length - 2 * block([]).length - 2;
  // What the files of other messages need at least, but never the greater part.
  const earlierLength = earlier.reduce((sum, { line }) => sum + line.length + 1, 0);
  const earlierShare = Math.min(earlierLength, Math.floor(free / 3));
  const presentLines = await fit(present, free - earlierShare, `; list them with os.listdir("${virtualRoot}")`);
  const used = presentLines.reduce((sum, line) => sum + line.length + 1, 0);
  const earlierLines = await fit(earlier, free - used, ' in the chat');
  const nothing = truncated ? 'Too many to list.\n' : 'None yet.\n';
  return (
    rules +
    presentHead +
    (presentLines.length > 0 ? block(presentLines) : nothing) +
    earlierHead +
    (earlierLines.length > 0 ? block(earlierLines) : '')
  );
};
