// Names as people know them.
import { posix } from 'node:path';
import type { Uri } from 'vscode';

/** The last part of a document's path. */
export const basenameOf = (uri: Uri): string => posix.basename(uri.path) || uri.path;

/** A size in words. */
export const sizeText = (bytes: number): string => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
};
