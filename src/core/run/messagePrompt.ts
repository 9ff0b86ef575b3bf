// The dynamic prompt of a message, with what the registry knows of it.
import { buildPrompt } from '../chat/prompt.ts';
import type { Grounding } from '../kernel/capabilities.ts';
import type { Registry } from '../registry/registry.ts';
import type { MessageKey } from '../workspace/messageKey.ts';
import type { RunSettings } from './request.ts';

const groundingOf = (text: string | null | undefined): Grounding | null =>
  text === 'mounted' || text === 'translated' || text === 'untranslated' ? text : null;

/**
 * What a model should be told about a message's files: the real ones, what is in them, and what is kept.
 * @throws CodedError `cancelled`, `registry.failed`, `data.notWritable`
 */
export const promptOfMessage = (
  registry: Registry,
  key: MessageKey,
  settings: RunSettings,
  signal?: AbortSignal,
): Promise<string> => {
  const workspace = registry.workspaceFor(key);
  const lastRun = registry.listRuns(key).at(-1);
  const { messages } = registry.listChatFiles(key.user, key.chatId);
  return buildPrompt({
    workspacePath: workspace.path,
    attachments: registry.listAttachments(workspace).map(({ record }) => ({
      relativePath: record.relativePath,
      sourcePath: record.sourcePath,
    })),
    earlierFiles: Object.entries(messages).flatMap(([messageId, files]) => (messageId === key.messageId ? [] : files)),
    tracked: settings.trackedTypes,
    grounding: groundingOf(lastRun?.grounding),
    timeoutSeconds: settings.timeoutSeconds,
    signal,
  });
};
