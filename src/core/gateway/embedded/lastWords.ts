// What kernels of the embedded gateway said last on standard error; written by python/last_words.py.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../async.ts';
import type { DataFolder } from '../../dataFolder.ts';

/** The folder that the gateway writes them to. */
export const wordsFolder = (data: DataFolder): string => join(data.gateway, 'words');

/** The words are written just after the end, which may be known here first. */
const tries = 5;
const pause = 60;

/** A kernel's last words, `null` where it said none. */
export const readLastWords = async (data: DataFolder, kernelId: string): Promise<string | null> => {
  if (!/^[\w-]+$/.test(kernelId)) {
    return null;
  }
  for (let left = tries; left > 0; left--) {
    try {
      return await readFile(join(wordsFolder(data), kernelId), 'utf8');
    } catch {
      await delay(pause);
    }
  }
  return null;
};
