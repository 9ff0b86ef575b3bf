// Attachments of a message, prepared once and remembered.
import type { Registry } from '../registry/registry.ts';
import { prepareAttachments, type AttachmentSource, type PreparedAttachment } from '../workspace/attachments.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { SkippedFile } from './result.ts';

export interface Attached {
  readonly prepared: readonly PreparedAttachment[];
  readonly skipped: readonly SkippedFile[];
  /** sha256 by relative path, of the copies as they are now. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Writes down which inputs a run had. */
  recordInputs(runId: string): void;
}

/**
 * Prepares `sources` in the workspace and records them; those attached to the message earlier are looked at too.
 * @throws CodedError `cancelled`, `data.notWritable`
 */
export const attachToWorkspace = async (
  registry: Registry,
  workspace: Workspace,
  sources: readonly AttachmentSource[],
  signal?: AbortSignal,
): Promise<Attached> => {
  const recorded = registry.listAttachments(workspace);
  if (sources.length === 0 && recorded.length === 0) {
    return { prepared: [], skipped: [], hashes: new Map(), recordInputs: () => undefined };
  }
  const result = await prepareAttachments(workspace.path, sources, {
    recorded: recorded.map((row) => row.record),
    signal,
  });
  const hashes = new Map<string, string>();
  for (const attachment of result.prepared) {
    if (!attachment.isRecorded) {
      registry.recordAttachment(workspace, attachment);
    }
    if (attachment.entry.sha256 !== undefined) {
      hashes.set(attachment.relativePath, attachment.entry.sha256);
    }
  }
  return {
    prepared: result.prepared,
    skipped: result.skipped.map(({ path, detail }) => ({ path, reason: `not attached: ${detail}` })),
    hashes,
    recordInputs: (runId) => {
      const inputs = [...hashes].map(([path, sha256]) => ({ path, sha256 }));
      if (inputs.length > 0) {
        registry.recordInputs(runId, inputs);
      }
    },
  };
};
