// The extension as its tests use it.
import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';

export const activateExtension = async (): Promise<CodeInterpreterApi> => {
  const extension = vscode.extensions.getExtension<CodeInterpreterApi>('code-interpreter.code-interpreter');
  assert.ok(extension, 'VS Code knows the extension');
  return extension.activate();
};

/** The folder that is open. */
export const workspaceFolder = (): string => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'a folder is open');
  return folder.uri.fsPath;
};

/** A file in the open folder. */
export const putFile = async (name: string, content: string | Uint8Array): Promise<vscode.Uri> => {
  const path = join(workspaceFolder(), name);
  await writeFile(path, content);
  return vscode.Uri.file(path);
};

/** One of the project's samples, in the open folder. */
export const putSample = async (name: string): Promise<vscode.Uri> => {
  const extension = vscode.extensions.getExtension('code-interpreter.code-interpreter');
  assert.ok(extension);
  const path = join(workspaceFolder(), name);
  await copyFile(join(extension.extensionPath, 'samples', name), path);
  return vscode.Uri.file(path);
};

/** Waits until `find` gives something; looks again after each change of files and each second. */
export const eventually = async <T>(what: string, find: () => Promise<T | undefined>, seconds = 60): Promise<T> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await find();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new assert.AssertionError({ message: `${what} did not happen within ${seconds} s` });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
