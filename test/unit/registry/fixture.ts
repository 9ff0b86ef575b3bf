// A data folder of its own for each test, and short ways to run and keep.
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDataFolder, type DataFolder } from '../../../src/core/dataFolder.ts';
import type { Log } from '../../../src/core/log.ts';
import type { GeneratedFile } from '../../../src/core/registry/fileRecord.ts';
import { openRegistry, type FileToKeep, type Registry } from '../../../src/core/registry/registry.ts';
import type { MessageKey, Workspace } from '../../../src/core/workspace/messageKey.ts';

export interface Fixture {
  readonly data: DataFolder;
  /** What was logged as a warning. */
  readonly warnings: string[];
  /** Another registry on the same data folder; closed by `dispose`. */
  open(): Promise<Registry>;
  dispose(): void;
}

/** @param root - a folder of its own unless given */
export const createFixture = (root = mkdtempSync(join(tmpdir(), 'code-interpreter-registry-'))): Fixture => {
  const data = openDataFolder(root);
  const opened: Registry[] = [];
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  const log: Log = { debug: nothing, info: nothing, warn: (text) => warnings.push(text), error: nothing };
  return {
    data,
    warnings,
    open: async () => {
      const registry = await openRegistry(data, { log });
      opened.push(registry);
      return registry;
    },
    dispose: () => {
      for (const registry of opened) {
        registry[Symbol.dispose]();
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
};

export const keyOf = (messageId: string, chatId = 'chat', user = 'user'): MessageKey => ({ user, chatId, messageId });

/** Begins a run that the caller need not end. */
export const beginRun = (registry: Registry, workspace: Workspace, code = 'print(1)'): string => {
  const runId = randomUUID();
  registry.beginRun({ runId, workspace, code, language: 'python', kernelName: 'python3', startedAt: Date.now() });
  return runId;
};

export const endRun = (registry: Registry, runId: string, resultJson = '{}'): void => {
  registry.endRun(runId, {
    status: 'ok',
    endedAt: Date.now(),
    durationMs: 1.5,
    grounding: 'mounted',
    reach: 'shared',
    resultJson,
  });
};

/** What `keepFile` is asked for a file of a workspace. */
export const toKeep = (workspace: Workspace, runId: string, path: string): FileToKeep => ({
  workspace,
  runId,
  sourcePath: join(workspace.path, path),
  relativePath: path,
  status: 'created',
  format: 'Text',
  mimeType: 'text/plain',
  modifiedAt: 1_700_000_000_123,
});

/** Writes a file in the workspace and keeps it, in a run of its own unless one is given. */
export const writeAndKeep = async (
  registry: Registry,
  workspace: Workspace,
  path: string,
  content: string | Uint8Array,
  runId = beginRun(registry, workspace),
): Promise<GeneratedFile> => {
  const source = join(workspace.path, path);
  mkdirSync(dirname(source), { recursive: true });
  writeFileSync(source, content);
  return registry.keepFile(toKeep(workspace, runId, path));
};
