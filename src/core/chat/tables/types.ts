// What can be told of a table without reading all of it.

/** A count that is exact, or the best that was found within the bounds. */
export interface Count {
  readonly value: number;
  readonly certainty: 'exact' | 'about' | 'atLeast';
}

/** The first names of columns or keys, and how many there are in all. */
export interface Names {
  readonly first: readonly string[];
  readonly total: number;
}

export interface DelimitedTable {
  readonly kind: 'delimited';
  readonly delimiter: string;
  /** As Python's codecs call it: `utf-8`, `utf-8-sig`, `utf-16`, `cp1252`. */
  readonly encoding: string;
  /** The names in the first row; `null` where that row is data. */
  readonly columns: Names | null;
  readonly columnCount: number;
  /** Without the header. */
  readonly rows: Count;
}

export interface Sheet {
  readonly name: string;
  readonly hidden: boolean;
  /** `null` for a sheet without cells, and one that could not be read within the bounds. */
  readonly content: {
    /** Counts from 1. */
    readonly headerRow: number;
    readonly columns: Names;
    /** Below the header. */
    readonly rows: Count;
  } | null;
}

export interface Workbook {
  readonly kind: 'workbook';
  readonly sheets: readonly Sheet[];
  /** How many sheets there are in all. */
  readonly sheetCount: number;
}

export interface ParquetTable {
  readonly kind: 'parquet';
  readonly columns: Names;
  readonly rows: Count;
}

export interface JsonTable {
  readonly kind: 'json';
  /** An object, an array, or one value on each line. */
  readonly shape: 'object' | 'array' | 'lines';
  /** The keys of the object, or of the first element where that is one. */
  readonly keys: Names | null;
  readonly elements: Count;
}

export type Table = DelimitedTable | Workbook | ParquetTable | JsonTable;

/** Why nothing can be told of a file that should be a table. */
export type UnreadableReason = 'damaged' | 'encrypted' | 'empty' | 'tooLarge' | 'slow' | 'notAccessible';

export type TableDescription = Table | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

/** Ends the reading of a table with its reason. */
export class UnreadableTable extends Error {
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'UnreadableTable';
    this.reason = reason;
  }
}

/** The most names and the longest name that are kept of one table: what a prompt could ever show. */
const mostNames = 200;
const longestName = 200;

/** The longest text of a cell that is kept. */
export const shortened = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName)}…` : name;

export const namesOf = (names: readonly string[]): Names => ({
  first: names.slice(0, mostNames).map(shortened),
  total: names.length,
});

export const exactly = (value: number): Count => ({ value, certainty: 'exact' });
