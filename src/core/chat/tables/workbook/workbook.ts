// Excel workbooks (xlsx, xlsm): sheets, their header row and size. ECMA-376 part 1: https://ecma-international.org/publications-and-standards/standards/ecma-376/
import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { namesOf, shortened, UnreadableTable, type Sheet, type Workbook } from '../types.ts';
import { readArchive, type Archive } from './archive.ts';
import { readSharedStrings } from './sharedStrings.ts';
import { readSheetRows, type Cell, type FirstRow, type SheetRows } from './sheetRows.ts';
import { readXml } from './xml.ts';

/** What is unpacked at most of all parts together, and of the parts that only list others; in bytes. */
const allBytes = 32 * 1024 * 1024;
const listBytes = 2 * 1024 * 1024;

/** Sheets that are looked into; of the others only the number is told. */
const mostSheets = 20;

const mainPart = 'xl/workbook.xml';

interface SheetEntry {
  readonly name: string;
  readonly hidden: boolean;
  readonly relation: string;
}

const readSheetList = async (archive: Archive): Promise<SheetEntry[]> => {
  const sheets: SheetEntry[] = [];
  await readXml(archive.text(mainPart, listBytes), {
    open: (name, attributes) => {
      if (name === 'sheet') {
        const relation = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
        const hidden = (attributes['state'] ?? 'visible') !== 'visible';
        sheets.push({ name: shortened(attributes['name'] ?? ''), hidden, relation });
      }
    },
  });
  return sheets;
};

/** Where each relation of the workbook leads, as a part's name. */
const readRelations = async (archive: Archive): Promise<Map<string, string>> => {
  const relations = new Map<string, string>();
  await readXml(archive.text('xl/_rels/workbook.xml.rels', listBytes), {
    open: (name, { Id = '', Target = '' }) => {
      if (name === 'Relationship') {
        relations.set(Id, Target.startsWith('/') ? Target.slice(1) : posix.join('xl', Target));
      }
    },
  });
  return relations;
};

const isFilled = (cell: Cell): boolean => 'shared' in cell || cell.text.trim() !== '';
const isText = (cell: Cell): boolean => 'shared' in cell || (cell.isText && cell.text.trim() !== '');

/** The first row that looks like a header: mostly text, and as wide as the rows around it; else the first row of all. */
const headerOf = (rows: readonly FirstRow[]): FirstRow | undefined => {
  const widths = rows.map(({ cells }) => cells.filter(isFilled).length);
  const widest = Math.max(0, ...widths);
  return (
    rows.find(({ cells }, index) => {
      const width = widths[index] ?? 0;
      return width * 2 > widest && cells.filter(isText).length * 2 > width;
    }) ?? rows[0]
  );
};

const contentOf = ({ first, last }: SheetRows, strings: ReadonlyMap<number, string>): Sheet['content'] => {
  const header = headerOf(first);
  if (!header) {
    return null;
  }
  const columns = header.cells.map((cell) => ('shared' in cell ? (strings.get(cell.shared) ?? '…') : cell.text));
  return {
    headerRow: header.number,
    columns: namesOf(columns.filter((name) => name.trim() !== '')),
    rows: { ...last, value: Math.max(0, last.value - header.number) },
  };
};

const rowsOrNothing = async (archive: Archive, part: string): Promise<SheetRows | null> => {
  try {
    return await readSheetRows(archive, part);
  } catch (error) {
    if (error instanceof UnreadableTable && error.reason === 'tooLarge') {
      return null;
    }
    throw error;
  }
};

/**
 * Describes a workbook, read as it streams and never whole in memory. A sheet that can't be read within the bounds has no content.
 * @throws UnreadableTable `damaged`, `encrypted`, `tooLarge`
 */
export const describeWorkbook = async (handle: FileHandle, size: number, signal: AbortSignal): Promise<Workbook> => {
  const magic = Buffer.alloc(8);
  await handle.read(magic, 0, 8, 0);
  if (magic.equals(Buffer.from('d0cf11e0a1b11ae1', 'hex'))) {
    // An encrypted workbook is a compound file: [MS-OFFCRYPTO] 2.3.
    throw new UnreadableTable('encrypted');
  }
  const archive = await readArchive(handle, size, allBytes, signal);
  const list = await readSheetList(archive);
  const relations = await readRelations(archive);
  const rows: (SheetRows | null)[] = [];
  for (const { relation } of list.slice(0, mostSheets)) {
    const part = relations.get(relation);
    rows.push(
      part !== undefined && /worksheets?\//iu.test(part) && archive.has(part)
        ? await rowsOrNothing(archive, part)
        : null,
    );
  }
  const wanted = new Set(
    rows.flatMap(
      (sheet) => headerOf(sheet?.first ?? [])?.cells.flatMap((cell) => ('shared' in cell ? [cell.shared] : [])) ?? [],
    ),
  );
  const strings = await readSharedStrings(archive, wanted);
  return {
    kind: 'workbook',
    sheetCount: list.length,
    sheets: rows.map((sheet, index) => ({
      name: list[index]?.name ?? '',
      hidden: list[index]?.hidden ?? false,
      content: sheet && contentOf(sheet, strings),
    })),
  };
};
