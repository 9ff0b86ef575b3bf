// The view that holds the tree.
import * as vscode from 'vscode';
import type { RunRecords } from '../runs/runRecords.ts';
import type { Services } from '../services.ts';
import { registerFileCommands } from './commands.ts';
import { createDragAndDrop } from './dragAndDrop.ts';
import { createFilesTree } from './tree.ts';

/** Registers the view `codeInterpreter.files` with its commands. */
export const registerFilesView = (services: Services, records: RunRecords): vscode.Disposable => {
  const tree = createFilesTree(services);
  const view = vscode.window.createTreeView('codeInterpreter.files', {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
    dragAndDropController: createDragAndDrop(services),
  });
  return vscode.Disposable.from(
    tree,
    view,
    registerFileCommands(services, view, records),
    vscode.commands.registerCommand('codeInterpreter.refresh', () => {
      tree.refresh();
    }),
  );
};
