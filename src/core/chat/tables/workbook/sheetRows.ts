// The first rows of a worksheet and how far it reaches: ECMA-376 part 1, 18.3.1 (worksheet, dimension, row, c, v, is).
import { shortened, UnreadableTable, type Count } from '../types.ts';
import type { Archive } from './archive.ts';
import { readXml } from './xml.ts';

/** A cell's text, or the index of its text in the workbook's shared strings. */
export type Cell = { readonly text: string; readonly isText: boolean } | { readonly shared: number };

export interface FirstRow {
  /** Counts from 1. */
  readonly number: number;
  readonly cells: readonly Cell[];
}

export interface SheetRows {
  readonly first: readonly FirstRow[];
  /** The number of the last row that has something in it. */
  readonly last: Count;
}

/** Enough rows to find the header below a title. */
const mostFirstRows = 10;
const mostColumns = 256;

/** A sheet is read to its end up to this size, in bytes of XML; beyond it, what the sheet says of itself has to do. */
const wholeSheetBytes = 4 * 1024 * 1024;

/** The last row of a range such as `A1:G481`; 0 for a single cell, which writers also put where they did not know. */
const lastRowOf = (range: string | undefined): number => Number(/:[A-Z]+(\d+)$/u.exec(range ?? '')?.[1] ?? 0);

/** The column of a reference such as `AB12`, counted from 0. */
const columnOf = (reference: string | undefined): number | null => {
  const letters = /^([A-Z]{1,3})\d+$/u.exec(reference ?? '')?.[1];
  return letters === undefined ? null : Buffer.from(letters).reduce((sum, code) => sum * 26 + code - 64, 0) - 1;
};

/** @throws UnreadableTable `damaged`, `encrypted`, `tooLarge` where not even the first rows are within the bounds */
export const readSheetRows = async (archive: Archive, part: string): Promise<SheetRows> => {
  const first: FirstRow[] = [];
  const told = { lastRow: 0 };
  let row = 0;
  let lastFilled = 0;
  let column = -1;
  let type = '';
  let cells: Cell[] = [];
  let text = '';
  let filled = false;

  const endCell = (): void => {
    if (!filled || first.length >= mostFirstRows || column < 0 || column >= mostColumns) {
      return;
    }
    while (cells.length < column) {
      cells.push({ text: '', isText: false });
    }
    cells[column] =
      type === 's' && /^\d{1,9}$/u.test(text)
        ? { shared: Number(text) }
        : { text: shortened(text), isText: type === 'inlineStr' || type === 'str' };
  };

  const opened = (name: string, { r, t, ref }: Readonly<Record<string, string>>): void => {
    switch (name) {
      case 'dimension':
        told.lastRow = lastRowOf(ref);
        break;
      case 'row':
        row = Number(r) || row + 1;
        column = -1;
        cells = [];
        break;
      case 'c':
        column = columnOf(r) ?? column + 1;
        type = t ?? 'n';
        text = '';
        filled = false;
        break;
      case 'v':
      case 't':
        filled = true;
        break;
      default:
    }
  };
  let inText = false;
  let ended = true;
  try {
    ended = await readXml(archive.text(part, wholeSheetBytes), {
      open: (name, attributes) => {
        opened(name, attributes);
        inText = name === 'v' || name === 't';
      },
      text: (more) => {
        if (inText && text.length < 1000) {
          text += more;
        }
      },
      close: (name) => {
        inText = false;
        if (name === 'c') {
          lastFilled = filled ? row : lastFilled;
          endCell();
        } else if (name === 'row' && cells.length > 0 && first.length < mostFirstRows) {
          first.push({ number: row, cells });
        }
      },
    });
  } catch (error) {
    if (first.length === 0 || !(error instanceof UnreadableTable) || error.reason !== 'tooLarge') {
      throw error;
    }
    ended = false;
  }
  if (ended) {
    return { first, last: { value: lastFilled, certainty: 'exact' } };
  }
  return told.lastRow > lastFilled
    ? { first, last: { value: told.lastRow, certainty: 'about' } }
    : { first, last: { value: lastFilled, certainty: 'atLeast' } };
};
