// Editors of kept files: told when their file was deleted, here or elsewhere, and when it is back.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { scheme, targetOf, uriOfTab } from '../uris.ts';

/** Calls back with files that tabs show and that went or came back since the last change. */
export const watchOpenFiles = (
  services: Services,
  onChange: (changes: vscode.FileChangeEvent[]) => void,
): vscode.Disposable => {
  const gone = new Set<string>();
  return services.onDidChangeFiles(() => {
    const interpreter = services.openInterpreter();
    const uris = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(uriOfTab));
    const changes: vscode.FileChangeEvent[] = [];
    for (const uri of uris) {
      const target = uri?.scheme === scheme ? targetOf(uri) : undefined;
      if (!interpreter || !uri || target?.kind !== 'file') {
        continue;
      }
      const isThere = interpreter.registry.isKept(interpreter.user, target.id);
      if (isThere ? gone.delete(uri.toString()) : !gone.has(uri.toString())) {
        if (!isThere) {
          gone.add(uri.toString());
        }
        changes.push({ type: isThere ? vscode.FileChangeType.Created : vscode.FileChangeType.Deleted, uri });
      }
    }
    if (changes.length > 0) {
      onChange(changes);
    }
  });
};
