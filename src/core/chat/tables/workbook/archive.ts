// The parts of a workbook's archive, as text, within a bound of bytes: a small archive can hold endless text.
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { UnreadableTable } from '../types.ts';

/** The most entries that are listed of an archive. */
const mostEntries = 10_000;

const chunkBytes = 64 * 1024;

/** The bytes from `start` up to `end`; each read is the handle's own, so closing it waits for the last one. */
const chunksOf = async function* (handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end;) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      return;
    }
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
};

/** yauzl reads through a class of its own making. */
class HandleReader extends RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(chunksOf(this.#handle, start, end), { objectMode: false });
  }
}

export interface Archive {
  has(name: string): boolean;
  /**
   * The text of a part, chunk by chunk, read as UTF-8, of which at most `bytes` are unpacked.
   * @throws UnreadableTable `tooLarge` when there is more of it, or of all parts together; `damaged`, `encrypted`
   */
  text(name: string, bytes: number): AsyncGenerator<string>;
}

const asUnreadable = (error: unknown): UnreadableTable =>
  error instanceof UnreadableTable ? error : new UnreadableTable('damaged', { cause: error });

const entriesOf = async (archive: ZipFile, signal: AbortSignal): Promise<Map<string, Entry>> => {
  if (archive.entryCount > mostEntries) {
    throw new UnreadableTable('tooLarge');
  }
  const entries = new Map<string, Entry>();
  for await (const entry of archive.eachEntry()) {
    signal.throwIfAborted();
    entries.set(entry.fileName.toLowerCase(), entry);
  }
  return entries;
};

/**
 * Opens the archive of a workbook; `totalBytes` bounds what is unpacked of all its parts together. The handle stays the caller's.
 * @throws UnreadableTable `damaged`, `tooLarge`
 */
export const readArchive = async (
  handle: FileHandle,
  size: number,
  totalBytes: number,
  signal: AbortSignal,
): Promise<Archive> => {
  let archive: ZipFile;
  let entries: Map<string, Entry>;
  try {
    archive = await fromRandomAccessReaderPromise(new HandleReader(handle), size, { autoClose: false });
    // An error after the last await of one has no other listener, and would end the process.
    archive.on('error', () => undefined);
    entries = await entriesOf(archive, signal);
  } catch (error) {
    throw asUnreadable(error);
  }
  let left = totalBytes;

  const unpack = async function* (entry: Entry, bytes: number): AsyncGenerator<string> {
    let leftOfPart = bytes;
    const decoder = new TextDecoder('utf-8');
    const stream = await archive.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      left -= chunk.length;
      leftOfPart -= chunk.length;
      if (left < 0 || leftOfPart < 0) {
        throw new UnreadableTable('tooLarge');
      }
      yield decoder.decode(chunk, { stream: true });
    }
  };

  return {
    has: (name) => entries.has(name.toLowerCase()),
    async *text(name, bytes) {
      const entry = entries.get(name.toLowerCase());
      if (!entry || entry.isEncrypted()) {
        throw new UnreadableTable(entry ? 'encrypted' : 'damaged');
      }
      try {
        yield* unpack(entry, bytes);
      } catch (error) {
        throw asUnreadable(error);
      }
    },
  };
};
