// What is in a table file: its columns or sheets and its size, read within bounds whatever the file claims to be.
import type { OpenFile } from '../workspace/regularFile.ts';
import { extensionOf } from '../workspace/format.ts';
import { orCancelled, throwIfAborted, within } from '../async.ts';
import { describeDelimited } from './tables/delimited.ts';
import { describeJson, describeJsonLines } from './tables/json.ts';
import { describeParquet } from './tables/parquet.ts';
import { readTextSample } from './tables/text.ts';
import { UnreadableTable, type Table, type TableDescription } from './tables/types.ts';
import { describeWorkbook } from './tables/workbook/workbook.ts';

export type { Count, Names, Sheet, Table, TableDescription, UnreadableReason } from './tables/types.ts';

type Reader = (file: OpenFile, size: number, signal: AbortSignal) => Promise<Table | null>;

const delimited =
  (delimiter?: string): Reader =>
  async ({ handle }, size) =>
    describeDelimited(await readTextSample(handle, size), size, delimiter);

const workbook: Reader = ({ handle }, size, signal) => describeWorkbook(handle, size, signal);
const jsonLines: Reader = async ({ handle }, size) => describeJsonLines(await readTextSample(handle, size), size);

const readers: ReadonlyMap<string, Reader> = new Map([
  ['.csv', delimited()],
  ['.tsv', delimited('\t')],
  ['.tab', delimited('\t')],
  ['.psv', delimited('|')],
  ['.xlsx', workbook],
  ['.xlsm', workbook],
  ['.parquet', ({ handle }, size) => describeParquet(handle, size)],
  ['.json', async ({ handle }, size) => describeJson(await readTextSample(handle, size))],
  ['.jsonl', jsonLines],
  ['.ndjson', jsonLines],
]);

/** Whether a file's name says that {@link describeTable} knows its kind. */
export const isTableName = (name: string): boolean => readers.has(extensionOf(name));

const described = async (
  reader: Reader,
  open: () => Promise<OpenFile>,
  signal: AbortSignal,
): Promise<TableDescription | null> => {
  let file: OpenFile;
  try {
    file = await open();
  } catch {
    return { kind: 'unreadable', reason: 'notAccessible' };
  }
  try {
    const size = Number(file.status.size);
    return size === 0 ? { kind: 'unreadable', reason: 'empty' } : await reader(file, size, signal);
  } catch (error) {
    const reason = error instanceof UnreadableTable ? error.reason : 'damaged';
    return { kind: 'unreadable', reason: signal.aborted ? 'slow' : reason };
  } finally {
    await file.handle.close();
  }
};

/**
 * Describes the file that `open` opens, by the kind that its name says; `null` where that is no table, or nothing can be told.
 * A damaged, encrypted or endless file is described as such. Takes at most `milliseconds`.
 * @throws CodedError `cancelled`
 */
export const describeTable = async (
  name: string,
  open: () => Promise<OpenFile>,
  { milliseconds = 2000, signal }: { milliseconds?: number; signal?: AbortSignal | undefined } = {},
): Promise<TableDescription | null> => {
  throwIfAborted(signal);
  const reader = readers.get(extensionOf(name));
  if (!reader) {
    return null;
  }
  const ended = AbortSignal.any([AbortSignal.timeout(milliseconds), ...(signal ? [signal] : [])]);
  const slow = { kind: 'unreadable', reason: 'slow' } as const;
  const description = await orCancelled(within(described(reader, open, ended), milliseconds, slow), signal);
  throwIfAborted(signal);
  return description;
};
