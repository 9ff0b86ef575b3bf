// What a failed run says, and what helps: the line in the editor, the file that was not found.
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { RunResult } from '../../core/run/result.ts';
import { placesOf } from './errorLinks.ts';
import type { Snippet } from './snippets.ts';

const folder = '/mnt/data/';

/** A file that the code missed in `/mnt/data` and that lies beside the edited one. */
const missingNeighbour = async (snippet: Snippet, result: RunResult): Promise<AttachmentSource | undefined> => {
  const path = result.error?.missing_file;
  const name = path?.startsWith(folder) === true ? path.slice(folder.length) : '';
  if (snippet.document.scheme !== 'file' || name === '' || name !== basename(name)) {
    return undefined;
  }
  const neighbour = join(dirname(snippet.document.fsPath), name);
  const found = await stat(neighbour).catch(() => undefined);
  return found?.isFile() === true ? { path: neighbour } : undefined;
};

/** Opens the innermost line of a document that an error passed through. */
const openPlace = async ({ uri, line, column }: ReturnType<typeof placesOf>[number]): Promise<void> => {
  const at = new vscode.Position(line - 1, column ?? 0);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(at, at) });
};

/** Shows what went wrong, with its buttons. Resolves with what to attach when the user wants it run again with a missing file. */
export const tellFailure = async (snippet: Snippet, result: RunResult): Promise<AttachmentSource | undefined> => {
  const { error } = result;
  if (result.status === 'ok' || result.status === 'interrupted' || !error) {
    return undefined;
  }
  const goToLine = vscode.l10n.t('Go to Line');
  const attachAndRun = vscode.l10n.t('Attach and Run Again');
  const neighbour = await missingNeighbour(snippet, result);
  const place = placesOf(error).at(-1);
  const chosen = await vscode.window.showErrorMessage(
    `${error.name}: ${error.value}`,
    ...(neighbour === undefined ? [] : [attachAndRun]),
    ...(place === undefined ? [] : [goToLine]),
  );
  if (chosen === goToLine && place !== undefined) {
    await openPlace(place);
  }
  return chosen === attachAndRun ? neighbour : undefined;
};
