// The name that an attachment gets in its workspace.
import { posix } from 'node:path';

/** Bytes of a file name on the file systems in use (NAME_MAX). */
const LONGEST_NAME = 255;
const MOST_CANDIDATES = 1000;

/** Whether a name can be that of a file in a folder, as it is. */
export const isFileName = (name: string): boolean =>
  name !== '' &&
  name !== '.' &&
  name !== '..' &&
  !name.includes('/') &&
  !name.includes('\0') &&
  !(process.platform === 'win32' && /[\\:]/u.test(name)) &&
  name.isWellFormed() &&
  Buffer.byteLength(name) <= LONGEST_NAME;

/** `name`, then `name (2).ext`, `name (3).ext`, ...: always the same for the same name. Ends after a thousand. */
export function* nameCandidates(name: string): Generator<string> {
  yield name;
  const extension = nameExtension(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 2; number <= MOST_CANDIDATES; number += 1) {
    const ending = ` (${number})${extension}`;
    yield shorten(stem, LONGEST_NAME - Buffer.byteLength(ending)) + ending;
  }
}

const DOUBLE_EXTENSION = /\.tar\.[a-z0-9]{1,4}$/iu;

/** The extension as it is written, dot included: `.csv`, `.tar.gz`; empty for `Makefile` and `.profile`. */
export const nameExtension = (name: string): string => {
  const double = DOUBLE_EXTENSION.exec(name);
  return double && double.index > 0 ? double[0] : posix.extname(name);
};

const shorten = (text: string, bytes: number): string => {
  let kept = text;
  while (Buffer.byteLength(kept) > bytes) {
    kept = Array.from(kept).slice(0, -1).join('');
  }
  return kept;
};
