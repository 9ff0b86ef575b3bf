// Cleanup of old workspaces with what the registry knows: what is kept, pinned, in use.
import type { DataFolder } from '../dataFolder.ts';
import type { Registry } from '../registry/registry.ts';
import {
  cleanUp,
  planCleanup,
  type CleanupCandidate,
  type CleanupMode,
  type CleanupPlan,
  type CleanupReport,
} from '../workspace/cleanup.ts';
import type { Workspace } from '../workspace/messageKey.ts';

export interface CleanupRequest {
  readonly user: string;
  /** Only this message of this chat; all of the user's messages when not given. */
  readonly chatId?: string;
  readonly messageId?: string;
  /** 7 unless given; 0 takes all that are not in use. */
  readonly olderThanDays?: number;
}

/** Which workspaces a cleanup would take; changes nothing. */
export const planWorkspaceCleanup = (registry: Registry, request: CleanupRequest): CleanupPlan => {
  const { user, chatId, messageId, olderThanDays } = request;
  const found = registry.listWorkspaces({
    user,
    ...(chatId !== undefined && { chatId }),
    ...(messageId !== undefined && { messageId }),
  });
  const candidates = found.map((summary): CleanupCandidate => {
    const workspace: Workspace = { id: summary.id, key: summary.key, folder: summary.folder, path: summary.path };
    return {
      workspace,
      lastUsedAt: summary.lastUsedAt,
      pinned: summary.pinned,
      running: registry.findLease(workspace) !== undefined,
      attachments: registry.listAttachments(workspace).map(({ record }) => ({
        relativePath: record.relativePath,
        sha256: record.sha256,
        size: record.size,
        sourcePath: record.realPath,
      })),
    };
  });
  return planCleanup(candidates, { olderThanDays });
};

/** Whether a message was pinned, or used, after the plan was made: the user may have been asked in between. */
const isWantedAgain = (registry: Registry, workspace: Workspace, lastUsedAt: number): boolean => {
  const { user, chatId, messageId } = workspace.key;
  const now = registry.listWorkspaces({ user, chatId, messageId }).find(({ id }) => id === workspace.id);
  return now !== undefined && (now.pinned || now.lastUsedAt > lastUsedAt);
};

/**
 * Carries out a plan. A message is held by a lease meanwhile, so that no run begins in it.
 * @throws CodedError `cancelled`, `registry.failed`
 */
export const cleanWorkspaces = async (
  registry: Registry,
  data: DataFolder,
  plan: CleanupPlan,
  mode: CleanupMode,
  owner: string,
  signal?: AbortSignal,
): Promise<CleanupReport> => {
  const plannedAt = new Map(plan.due.map(({ workspace, lastUsedAt }) => [workspace.id, lastUsedAt]));
  return cleanUp(
    plan,
    {
      uploads: data.uploads,
      isKept: (workspace, content) => registry.isContentKept(workspace, content),
      hold: (workspace) => {
        // This registry's own lease counts too: acquiring it again would succeed while its run goes on.
        if (registry.findLease(workspace) !== undefined) {
          return undefined;
        }
        const outcome = registry.acquireLease(workspace, { kernelId: '', connection: 'none', owner });
        if (outcome.kind === 'held') {
          return undefined;
        }
        const release = (): void => {
          registry.releaseLease(outcome.lease);
        };
        if (isWantedAgain(registry, workspace, plannedAt.get(workspace.id) ?? 0)) {
          release();
          return undefined;
        }
        return { [Symbol.dispose]: release };
      },
    },
    { mode, ...(signal && { signal }) },
  );
};
