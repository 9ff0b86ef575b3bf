// The sample chat, for a first run: a copy of its own, so that nothing that is done with it touches the extension.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';

const sample = 'sales.chat.md';

const isThere = async (uri: vscode.Uri): Promise<boolean> => {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
};

/** Copies what is not there yet: what somebody has changed in the copy stays. */
const copySamples = async ({ extensionUri, globalStorageUri }: vscode.ExtensionContext): Promise<vscode.Uri> => {
  const from = vscode.Uri.joinPath(extensionUri, 'samples');
  const to = vscode.Uri.joinPath(globalStorageUri, 'samples');
  for (const [name] of await vscode.workspace.fs.readDirectory(from)) {
    const copy = vscode.Uri.joinPath(to, name);
    if (!(await isThere(copy))) {
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, name), copy);
    }
  }
  return vscode.Uri.joinPath(to, sample);
};

/** Registers the command that opens the sample chat. */
export const registerOpenSample = (services: Services): vscode.Disposable =>
  registerCommand(services, 'codeInterpreter.openSample', async () => {
    const document = await vscode.workspace.openTextDocument(await copySamples(services.context));
    await vscode.window.showTextDocument(document);
  });
