// Parquet: columns and rows are in its footer.
import type { FileHandle } from 'node:fs/promises';
import { parquetMetadataAsync, parquetSchema } from 'hyparquet';
import { exactly, namesOf, UnreadableTable, type ParquetTable } from './types.ts';

/** The longest footer that is read, in bytes. */
const longestFooter = 16 * 1024 * 1024;

const rangeOf = async (handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> => {
  const length = end - start;
  if (length > longestFooter) {
    throw new UnreadableTable('tooLarge');
  }
  const target = new Uint8Array(length);
  const { bytesRead } = await handle.read(target, 0, length, start);
  return target.buffer.slice(0, bytesRead);
};

/** @throws UnreadableTable `damaged`, `tooLarge` */
export const describeParquet = async (handle: FileHandle, size: number): Promise<ParquetTable> => {
  try {
    const metadata = await parquetMetadataAsync(
      { byteLength: size, slice: (start, end = size) => rangeOf(handle, start, end) },
      { initialFetchSize: 64 * 1024 },
    );
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    return { kind: 'parquet', columns: namesOf(columns), rows: exactly(Number(metadata.num_rows)) };
  } catch (error) {
    throw error instanceof UnreadableTable ? error : new UnreadableTable('damaged', { cause: error });
  }
};
