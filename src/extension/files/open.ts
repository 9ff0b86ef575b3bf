// Opening a kept file: text and images in VS Code, spreadsheets and the like with the system's application.
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import type { Services } from '../services.ts';
import { fileUri } from '../uris.ts';

/** Formats that VS Code shows no better than as bytes. */
const systemFormats = new Set(['Excel', 'PDF', 'Word', 'PowerPoint']);

/** Opens a file; one for the system's application as a read-only copy under its own name. */
export const openFile = async (services: Services, file: ListedFile): Promise<void> => {
  if (!systemFormats.has(file.format)) {
    await vscode.commands.executeCommand('vscode.open', fileUri(file.id, file.name));
    return;
  }
  const interpreter = await services.interpreter();
  const { saveFile } = await services.engine();
  const { file: kept, path } = interpreter.registry.openContent(interpreter.user, file.id);
  const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-'));
  const copy = await saveFile({ id: kept.id, name: kept.name, path, sha256: kept.sha256 }, folder);
  await chmod(copy, 0o444);
  const opened = await vscode.env.openExternal(vscode.Uri.file(copy));
  if (!opened) {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(copy));
  }
};
