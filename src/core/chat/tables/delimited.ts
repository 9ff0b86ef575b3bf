// CSV and its kin: separator, encoding, header and the number of rows, from the beginning of the file.
import Papa from 'papaparse';
import type { TextSample } from './text.ts';
import { exactly, namesOf, UnreadableTable, type Count, type DelimitedTable } from './types.ts';

const isNumber = (cell: string): boolean => /^[\s$€£]*[-+]?[\d.,\s]*\d\s*%?$/u.test(cell);

/** A first row is data where most of it is numbers; years as names of columns are no more than that. */
const isHeader = (row: readonly string[]): boolean => {
  const filled = row.filter((cell) => cell.trim() !== '');
  return filled.filter(isNumber).length * 2 <= filled.length;
};

/** Without the last record of a sample that was cut, which may not be whole. */
const wholeRecords = (text: string, delimiter: string, complete: boolean): Papa.ParseResult<string[]> => {
  const parsed = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' });
  return complete || parsed.data.length < 2 ? parsed : { ...parsed, data: parsed.data.slice(0, -1) };
};

const rowCount = (records: number, header: number, sample: TextSample, size: number): Count =>
  sample.complete
    ? exactly(records - header)
    : { value: Math.round((records / sample.bytes) * size) - header, certainty: 'about' };

/**
 * Describes a delimited text. `delimiter` where the kind of file says it (a tab for `.tsv`); otherwise it is found, or taken from
 * the line `sep=;` with which Excel is told: https://support.microsoft.com/en-us/office/5250ac4c-663c-47ce-937b-339e391393ba
 * @throws UnreadableTable `empty`
 */
export const describeDelimited = (sample: TextSample, size: number, given?: string): DelimitedTable => {
  const told = /^sep=(.)\r?\n/u.exec(sample.text);
  const text = told ? sample.text.slice(told[0].length) : sample.text;
  const { data, meta } = wholeRecords(text, told?.[1] ?? given ?? '', sample.complete);
  const [first] = data;
  if (!first) {
    throw new UnreadableTable('empty');
  }
  const header = isHeader(first);
  return {
    kind: 'delimited',
    delimiter: meta.delimiter,
    encoding: sample.encoding,
    columns: header ? namesOf(first) : null,
    columnCount: first.length,
    rows: rowCount(data.length, header ? 1 : 0, sample, size),
  };
};
