// The view that holds the tree.
import * as vscode from 'vscode';
import type { RunRecords } from '../runs/runRecords.ts';
import type { Services } from '../services.ts';
import { createBadges } from './badges.ts';
import { registerFileCommands } from './commands.ts';
import { createDragAndDrop } from './dragAndDrop.ts';
import { createLiveFilesView } from './liveFiles.ts';
import { registerTrash } from './trash.ts';
import { createFilesTree, revealFile } from './tree.ts';
import { registerUriHandler } from './uriHandler.ts';

/** Registers the view `codeInterpreter.files` with its commands. */
export const registerFilesView = (services: Services, records: RunRecords): vscode.Disposable => {
  const badges = createBadges(services);
  const live = createLiveFilesView(services);
  const tree = createFilesTree(services, badges, live);
  const view = vscode.window.createTreeView('codeInterpreter.files', {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
    dragAndDropController: createDragAndDrop(services),
  });
  const visibility = view.onDidChangeVisibility(({ visible }) => {
    live.setVisible(visible);
  });
  live.setVisible(view.visible);
  return vscode.Disposable.from(
    visibility,
    live,
    badges,
    tree,
    view,
    registerFileCommands(services, view, tree, records),
    registerTrash(services),
    registerUriHandler(services, (id) => revealFile(view, tree, id)),
    vscode.commands.registerCommand('codeInterpreter.refresh', () => {
      tree.refresh();
    }),
  );
};
