// What the prompt says of a table.
import type { Count, Names, Sheet, TableDescription, UnreadableReason } from '../tables.ts';
import { quotedStart } from './quoted.ts';

const longestColumn = 60;

const numbered = (count: Count, one: string, many: string): string => {
  const number = count.value.toLocaleString('en-US');
  const certainty = { exact: '', about: 'about ', atLeast: 'at least ' }[count.certainty];
  return `${certainty}${number} ${count.value === 1 ? one : many}`;
};

const rowsOf = (count: Count): string => numbered(count, 'row', 'rows');

const listOf = ({ first, total }: Names, most: number): string => {
  const names = first.slice(0, most).map((name) => quotedStart(name, longestColumn));
  return [...names, ...(total > names.length ? [`+${total - names.length} more`] : [])].join(', ');
};

const sheetText = ({ name, hidden, content }: Sheet, most: number): string => {
  const sheet = `sheet ${quotedStart(name, longestColumn)}${hidden ? ' (hidden)' : ''}`;
  if (!content) {
    return `${sheet}: no table found`;
  }
  const header = content.headerRow === 1 ? '' : `, header in row ${content.headerRow}`;
  return `${sheet}: ${rowsOf(content.rows)}${header}, columns ${listOf(content.columns, most)}`;
};

const reasons: Readonly<Record<UnreadableReason, string>> = {
  damaged: 'damaged, or not what its name says',
  encrypted: 'encrypted, or an old format under a new name',
  empty: 'empty',
  tooLarge: 'too large to look into',
  slow: 'not looked into: reading it took too long',
  notAccessible: 'could not be opened',
};

const shapes = { object: 'a JSON object', array: 'a JSON array', lines: 'JSON, one value on each line' } as const;

/** What is told of a table, in lines, with at most `most` names of columns for each list of them. */
export const tableText = (table: TableDescription, most: number): string[] => {
  switch (table.kind) {
    case 'delimited': {
      const columns = table.columns
        ? `columns ${listOf(table.columns, most)}`
        : `${table.columnCount} columns without a header`;
      const separator = table.delimiter === ',' ? '' : `, separator ${quotedStart(table.delimiter, 1)}`;
      const encoding = table.encoding === 'utf-8' ? '' : `, encoding ${table.encoding}`;
      return [`${rowsOf(table.rows)}, ${columns}${separator}${encoding}`];
    }
    case 'workbook': {
      const sheets = table.sheets.map((sheet) => sheetText(sheet, most));
      const others = table.sheetCount - sheets.length;
      return [...sheets, ...(others > 0 ? [`+${others} more sheets`] : [])];
    }
    case 'parquet':
      return [`${rowsOf(table.rows)}, columns ${listOf(table.columns, most)}`];
    case 'json': {
      const elements = table.shape === 'object' ? '' : ` of ${numbered(table.elements, 'element', 'elements')}`;
      const keys = table.keys
        ? `, ${table.shape === 'array' ? 'the first with keys' : 'keys'} ${listOf(table.keys, most)}`
        : '';
      return [`${shapes[table.shape]}${elements}${keys}`];
    }
    case 'unreadable':
      return [reasons[table.reason]];
  }
};
