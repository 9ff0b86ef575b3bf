// Kept files as one zip archive: byte for byte, with their folders and times; whole or not at all, never over another file unasked.
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { throwIfAborted } from '../async.ts';
import { CodedError } from '../errors.ts';
import { keptBytes, type KeptContent } from './keptBytes.ts';
import { placeWhole } from './placeWhole.ts';
import type { SaveOptions } from './saveFile.ts';

/** A kept file, and where it is in the archive. */
export interface ZippedContent extends KeptContent {
  /** Its path in the archive, parts apart by `/`. */
  readonly place: string;
  readonly modified: Date;
}

/** What is compressed in itself: deflating it again takes time and no bytes away. */
const compressed = new Set(
  (
    '7z aac apk avif br bz2 docm docx epub flac gif gz heic heif jar jpeg jpg lz4 m4a m4v mkv mov mp3 mp4 npz odp ods odt ogg ' +
    'opus pptm pptx rar tbz2 tgz txz webm webp whl woff woff2 xlsb xlsm xlsx xz zip zst png'
  ).split(' '),
);

const isCompressed = (path: string): boolean => compressed.has(posix.extname(path).slice(1).toLowerCase());

/** To yazl, and to Windows, a backslash parts folders, and a colon after the first letter is a drive; on Linux both are letters of a name. */
const entryName = (place: string): string => place.replaceAll('\\', '_').replace(/^([A-Za-z]):/, '$1_');

/**
 * Writes the archive to `path`. It is read and written chunk by chunk, so its size costs no memory.
 * @throws CodedError `file.exists`, `file.unwritable`, `file.damaged`, `cancelled`; nothing half is left
 */
export const zipFiles = async (
  contents: readonly ZippedContent[],
  path: string,
  { overwrite = false, signal, onProgress }: SaveOptions = {},
): Promise<void> => {
  throwIfAborted(signal);
  const archive = new ZipFile();
  // yazl hears of no failure of the streams that it reads.
  const failing = new AbortController();
  const fail = (error: unknown): void => {
    failing.abort(error);
  };
  archive.on('error', fail);
  let bytes = 0;
  let current: Readable | undefined;

  const counted = async function* (content: ZippedContent): AsyncGenerator<Buffer> {
    for await (const part of keptBytes(content, signal)) {
      yield part;
      bytes += part.byteLength;
      onProgress?.(bytes);
    }
  };

  await placeWhole(path, overwrite, async (file) => {
    try {
      for (const content of contents) {
        const options = { mtime: content.modified, compress: !isCompressed(content.place) };
        archive.addReadStreamLazy(entryName(content.place), options, (give) => {
          // yazl asks for one after the other.
          current = Readable.from(counted(content), { objectMode: false }).on('error', fail);
          give(undefined, current);
        });
      }
      archive.end();
      const stop = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal;
      const write = async (parts: AsyncIterable<string | Buffer>): Promise<void> => {
        for await (const part of parts) {
          await file.writeFile(part);
        }
      };
      await pipeline(archive.outputStream, write, { signal: stop });
      throwIfAborted(signal);
    } catch (error) {
      if (signal?.aborted) {
        throw new CodedError('cancelled', {}, { cause: error });
      }
      throw failing.signal.aborted ? failing.signal.reason : error;
    } finally {
      current?.destroy();
    }
  });
};
