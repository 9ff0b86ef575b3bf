// Names as people know them.
import { posix } from 'node:path';
import * as vscode from 'vscode';

/** The last part of a document's path. */
export const basenameOf = (uri: vscode.Uri): string => posix.basename(uri.path) || uri.path;

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

/** "1 file", "3 files". */
export const countText = (what: 'file' | 'message' | 'version' | 'workspace', count: number): string => {
  switch (what) {
    case 'file':
      return count === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', count);
    case 'message':
      return count === 1 ? vscode.l10n.t('1 message') : vscode.l10n.t('{0} messages', count);
    case 'version':
      return count === 1 ? vscode.l10n.t('1 version') : vscode.l10n.t('{0} versions', count);
    case 'workspace':
      return count === 1 ? vscode.l10n.t('1 workspace') : vscode.l10n.t('{0} workspaces', count);
  }
};

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** "5 minutes ago"; what is a month old has its date. */
export const relativeTime = (time: number, now = Date.now()): string => {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds > 30 * 86_400) {
    return new Date(time).toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });
  }
  const [unit, length] = units.find(([, size]) => seconds >= size) ?? ['second', 60];
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto' });
  return format.format(-Math.floor(seconds / length), unit);
};

/** Date and time, for tooltips. */
export const absoluteTime = (time: number): string =>
  new Date(time).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
