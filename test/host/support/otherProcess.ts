// Another process on the same data folder, as far as the extension can tell: a registry of its own.
import { userInfo } from 'node:os';
import { openDataFolder, resolveDataFolder, type DataFolder } from '../../../src/core/dataFolder.ts';
import { openRegistry, type Registry } from '../../../src/core/registry/registry.ts';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import { beginRun, endRun, writeAndKeep } from '../../unit/registry/fixture.ts';

export interface OtherProcess extends Disposable {
  readonly data: DataFolder;
  readonly registry: Registry;
  readonly user: string;
  /** A message with a name, in a chat that has one. */
  message(chatId: string, messageId: string, label: string): Workspace;
  /** A run that leaves one file; its id. */
  run(workspace: Workspace, name: string, content: string): Promise<string>;
}

export const openOtherProcess = async (): Promise<OtherProcess> => {
  const data = openDataFolder(resolveDataFolder());
  const registry = await openRegistry(data);
  const user = userInfo().username;
  return {
    data,
    registry,
    user,
    message: (chatId, messageId, label) => {
      const workspace = registry.workspaceFor({ user, chatId, messageId });
      registry.describeMessage(workspace.key, { label, chatTitle: `About ${chatId}` });
      return workspace;
    },
    run: async (workspace, name, content) => {
      const runId = beginRun(registry, workspace);
      const { id } = await writeAndKeep(registry, workspace, name, content, runId);
      endRun(registry, runId);
      return id;
    },
    [Symbol.dispose]: () => {
      registry[Symbol.dispose]();
    },
  };
};
