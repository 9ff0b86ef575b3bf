// The tree: chat -> message -> attachments and files -> versions, live as runs go on here and elsewhere.
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import { sameKey } from '../runs/liveRuns.ts';
import type { Services } from '../services.ts';
import type { Badges } from './badges.ts';
import type { LiveFilesView } from './liveFiles.ts';
import { messageOf, parentOf, type MessageNode, type Node } from './nodes.ts';
import { changedNodes } from './changedNodes.ts';
import { treeItem } from './treeItems.ts';
import { createTreeModel } from './treeModel.ts';

export interface FilesTree extends vscode.TreeDataProvider<Node>, DisposableLike {
  /** Draws all of it anew. */
  refresh(): void;
  /** The node of a kept file, with all above it listed; `undefined` where it is not in the tree. */
  nodeOfFile(id: string): Promise<Node | undefined>;
}

/** What changed within so short a time is drawn together, milliseconds. */
const together = 100;
/** How often the relative times are drawn anew, milliseconds. */
const timesInterval = 60_000;

export const createFilesTree = (services: Services, badges: Badges, live: LiveFilesView): FilesTree => {
  const emitter = new vscode.EventEmitter<Node | Node[] | undefined>();
  const model = createTreeModel((message) => live.of(message));
  /** The count of changes that is drawn. */
  let drawn: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const isRunning = (node: Node): boolean =>
    node.kind === 'message' &&
    (live.isRunning(node.message.id) || services.liveRuns.all().some((run) => sameKey(run.key, node.message.key)));

  const drawChanges = (): void => {
    const interpreter = services.openInterpreter();
    if (!interpreter || drawn === undefined) {
      emitter.fire(undefined);
      return;
    }
    const since = drawn;
    drawn = interpreter.registry.dataVersion();
    const changed = changedNodes(interpreter, model, since);
    live.look();
    if (changed === 'all') {
      emitter.fire(undefined);
    } else if (changed.length > 0) {
      emitter.fire(changed);
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      try {
        drawChanges();
      } catch (error) {
        services.log.warn(String(error));
      }
    }, together);
  };
  const redraw = (message: number): void => {
    const node = model.find(`message ${message}`);
    if (node) {
      emitter.fire(node);
    }
  };
  const running = new Set<string>();
  const listeners = vscode.Disposable.from(
    emitter,
    services.onDidChangeFiles(soon),
    live.onDidChange(redraw),
    services.liveRuns.onDidChange((run) => {
      const id = JSON.stringify(run.key);
      const runs = services.liveRuns.all().includes(run);
      if (runs !== running.has(id)) {
        running[runs ? 'add' : 'delete'](id);
        const workspace = services.openInterpreter()?.registry.findWorkspace(run.key);
        if (workspace) {
          redraw(workspace.id);
        }
      }
    }),
  );
  const times = setInterval(() => {
    if (live.isVisible()) {
      emitter.fire(undefined);
    }
  }, timesInterval);

  const getChildren = async (node?: Node): Promise<Node[]> => {
    const interpreter = await services.interpreter();
    drawn ??= interpreter.registry.dataVersion();
    const found = model.children(interpreter, node);
    if (node?.kind === 'message') {
      badges.show(found.flatMap((child) => (child.kind === 'file' ? [child.file] : [])));
    }
    live.look();
    return found;
  };

  const messageNode = async (id: number): Promise<MessageNode | undefined> => {
    const interpreter = await services.interpreter();
    const { registry, user } = interpreter;
    const found = model.find(`message ${id}`);
    if (found) {
      return messageOf(found);
    }
    const workspace = registry.listWorkspaces({ user }).find((one) => one.id === id);
    const chats = model.children(interpreter, undefined);
    const chat = [
      ...chats,
      ...chats.flatMap((node) => (node.kind === 'older' ? model.children(interpreter, node) : [])),
    ].find((node) => node.kind === 'chat' && node.chat.chat_id === workspace?.key.chatId);
    const page = chat ? model.children(interpreter, chat) : [];
    for (const group of page) {
      if (group.kind === 'older' && !model.find(`message ${id}`)) {
        model.children(interpreter, group);
      }
    }
    return messageOf(model.find(`message ${id}`));
  };

  return {
    onDidChangeTreeData: emitter.event,
    refresh: () => {
      drawn = undefined;
      emitter.fire(undefined);
    },
    getTreeItem: (node) => treeItem(node, isRunning(node)),
    getChildren,
    getParent: parentOf,
    nodeOfFile: async (id) => {
      const { registry, user } = await services.interpreter();
      const file = registry.getGeneratedFile(user, id);
      const workspace = registry.findWorkspace({ user, chatId: file.chat_id, messageId: file.message_id });
      const message = workspace && (await messageNode(workspace.id));
      return (
        message && (await getChildren(message)).find((node) => node.kind === 'file' && node.file.path === file.path)
      );
    },
    dispose: () => {
      clearTimeout(timer);
      clearInterval(times);
      listeners.dispose();
    },
  };
};

/** Selects the file of an id in the view. */
export const revealFile = async (view: vscode.TreeView<Node>, tree: FilesTree, id: string): Promise<void> => {
  const node = await tree.nodeOfFile(id);
  if (node) {
    await view.reveal(node, { select: true, focus: true });
  }
};
