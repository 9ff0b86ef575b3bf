// Which messages code runs in, here or in another window, and what those runs have made so far; looked for while the tree is visible.
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { LiveFile } from '../../core/run/liveFiles.ts';
import type { Workspace } from '../../core/workspace/messageKey.ts';
import type { Services } from '../services.ts';
import { runSettings } from '../settings.ts';

export interface LiveFilesView extends DisposableLike {
  /** By the row id of a message. */
  of(message: number): readonly LiveFile[];
  isRunning(message: number): boolean;
  /** Fires with the row id of a message. */
  readonly onDidChange: vscode.Event<number>;
  /** Looks which runs are under way; after each change in the registry. */
  look(): void;
  isVisible(): boolean;
  setVisible(visible: boolean): void;
}

interface Watched {
  readonly end: AbortController;
  files: readonly LiveFile[];
}

export const createLiveFilesView = (services: Services): LiveFilesView => {
  const emitter = new vscode.EventEmitter<number>();
  const watched = new Map<number, Watched>();
  let visible = false;

  const watch = async (workspace: Workspace): Promise<void> => {
    const entry: Watched = { end: new AbortController(), files: [] };
    watched.set(workspace.id, entry);
    emitter.fire(workspace.id);
    const { watchRun } = await services.engine();
    const { registry } = await services.interpreter();
    await watchRun(
      registry,
      workspace,
      (files) => {
        entry.files = files;
        emitter.fire(workspace.id);
      },
      { signal: entry.end.signal, trackedTypes: runSettings().trackedTypes ?? null },
    );
  };

  const unwatch = (id: number): void => {
    watched.get(id)?.end.abort();
    watched.delete(id);
    emitter.fire(id);
  };

  /** Messages with a run that has not ended and a process that holds them: a run that was cut off is not under way. */
  const running = (): Workspace[] => {
    const interpreter = services.openInterpreter();
    const { registry, user } = interpreter ?? {};
    return (registry?.unfinishedRuns() ?? []).flatMap(({ key }) => {
      const workspace = key.user === user ? registry?.findWorkspace(key) : undefined;
      return workspace && registry?.findLease(workspace) ? [workspace] : [];
    });
  };

  const look = (): void => {
    const now = visible ? running() : [];
    const ids = new Set(now.map(({ id }) => id));
    for (const id of watched.keys()) {
      if (!ids.has(id)) {
        unwatch(id);
      }
    }
    for (const workspace of now) {
      if (!watched.has(workspace.id)) {
        watch(workspace).catch((error: unknown) => {
          services.log.warn(String(error));
        });
      }
    }
  };

  return {
    of: (message) => watched.get(message)?.files ?? [],
    isRunning: (message) => watched.has(message),
    onDidChange: emitter.event,
    look,
    isVisible: () => visible,
    setVisible: (now) => {
      visible = now;
      look();
    },
    dispose: () => {
      for (const { end } of watched.values()) {
        end.abort();
      }
      emitter.dispose();
    },
  };
};
