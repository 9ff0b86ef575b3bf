// Copying a kept file out: byte for byte, whole or not at all, never over another file unasked.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { keptBytes, type KeptContent } from './keptBytes.ts';
import { placeWhole } from './placeWhole.ts';

export type { KeptContent } from './keptBytes.ts';

export interface SaveOptions {
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
  /** Bytes written so far. */
  readonly onProgress?: (bytes: number) => void;
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

/**
 * Saves a kept file to `target`, a path or an existing folder, in which it gets its own name; resolves with the path written.
 * @throws CodedError `file.exists`, `file.unwritable`, `file.damaged`, `cancelled`; nothing half is left
 */
export const saveFile = async (content: KeptContent, target: string, options: SaveOptions = {}): Promise<string> => {
  const path = (await isFolder(target)) ? join(target, content.name) : target;
  await placeWhole(path, options.overwrite ?? false, async (file) => {
    let bytes = 0;
    for await (const part of keptBytes(content, options.signal)) {
      await file.writeFile(part);
      bytes += part.byteLength;
      options.onProgress?.(bytes);
    }
    throwIfAborted(options.signal);
  });
  return path;
};
