// The beginning of a text file, whatever its encoding.
import type { FileHandle } from 'node:fs/promises';
import { UnreadableTable } from './types.ts';

/** How much of a text file is looked at, in bytes. */
export const sampleBytes = 256 * 1024;

export interface TextSample {
  readonly text: string;
  /** As Python's codecs call it. */
  readonly encoding: string;
  /** Bytes of the file that `text` stands for. */
  readonly bytes: number;
  /** Whether the text is all of the file. */
  readonly complete: boolean;
}

/** Without a byte order mark, UTF-16 shows by the empty half of each ASCII character. */
const utf16Without = (bytes: Buffer): string | null => {
  const start = bytes.subarray(0, 1024);
  const zeros = [0, 0];
  for (const [index, byte] of start.entries()) {
    zeros[index % 2] = (zeros[index % 2] ?? 0) + (byte === 0 ? 1 : 0);
  }
  const half = start.length / 2;
  const [even = 0, odd = 0] = zeros;
  if (odd > half * 0.4 && even < half * 0.1) {
    return 'utf-16-le';
  }
  return even > half * 0.4 && odd < half * 0.1 ? 'utf-16-be' : null;
};

const encodingOf = (bytes: Buffer, complete: boolean): string => {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) {
    return 'utf-8-sig';
  }
  if (
    bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xfe])) ||
    bytes.subarray(0, 2).equals(Buffer.from([0xfe, 0xff]))
  ) {
    return 'utf-16';
  }
  const utf16 = utf16Without(bytes);
  if (utf16) {
    return utf16;
  }
  if (bytes.includes(0)) {
    throw new UnreadableTable('damaged');
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !complete });
    return 'utf-8';
  } catch {
    return 'cp1252';
  }
};

const decode = (bytes: Buffer, encoding: string): string => {
  const bigEndian = encoding === 'utf-16-be' || (encoding === 'utf-16' && bytes[0] === 0xfe);
  const label = encoding.startsWith('utf-16')
    ? bigEndian
      ? 'utf-16be'
      : 'utf-16le'
    : encoding === 'cp1252'
      ? 'windows-1252'
      : 'utf-8';
  return new TextDecoder(label).decode(bytes, { stream: true });
};

/** @throws UnreadableTable `empty`, and `damaged` where it is no text */
export const readTextSample = async (handle: FileHandle, size: number): Promise<TextSample> => {
  const buffer = Buffer.alloc(Math.min(size, sampleBytes));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  const bytes = buffer.subarray(0, filled);
  const complete = filled >= size;
  const encoding = encodingOf(bytes, complete);
  const text = decode(bytes, encoding);
  if (text.trim() === '') {
    throw new UnreadableTable('empty');
  }
  return { text, encoding, bytes: filled, complete };
};
