// The way of a run: prepare, snapshot, translate, execute, collect. The last step happens whatever the run did.
import { throwIfAborted } from '../async.ts';
import { CodedError } from '../errors.ts';
import { reportExpressions } from '../kernel/report.ts';
import type { Log } from '../log.ts';
import { translateCode } from '../paths/codeTranslator.ts';
import type { Registry } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { takeSnapshot, type Snapshot } from '../workspace/snapshot.ts';
import { attachToWorkspace, type Attached } from './attach.ts';
import type { RunEvent, RunListener } from './events.ts';
import { executeCell, type Execution } from './execution.ts';
import { finishRun } from './finish.ts';
import type { GatewayAccess } from './gatewayAccess.ts';
import type { AcquiredKernel, Kernels } from './kernels.ts';
import { createOutputModel } from './outputs.ts';
import type { RunHooks, RunRequest, RunSettings } from './request.ts';
import type { RunResult } from './result.ts';
import { newRunId } from './runId.ts';

export interface RunServices {
  readonly registry: Registry;
  readonly gateways: GatewayAccess;
  readonly kernels: Kernels;
  readonly settings: () => RunSettings;
  readonly log: Log;
}

/** What the steps of one run share. */
export interface RunContext extends RunServices {
  readonly runId: string;
  readonly request: RunRequest;
  readonly hooks: RunHooks;
  readonly workspace: Workspace;
  readonly tell: RunListener;
}

const prepare = async (context: RunContext): Promise<{ attached: Attached; acquired: AcquiredKernel }> => {
  const { hooks, request, tell } = context;
  tell({ kind: 'phase', phase: 'prepare' });
  const attached = await attachToWorkspace(
    context.registry,
    context.workspace,
    request.attachments ?? [],
    hooks.signal,
  );
  tell({ kind: 'phase', phase: 'connect' });
  const gateway = await context.gateways.connected({
    signal: hooks.signal,
    onProgress: (progress) => {
      tell({ kind: 'notice', notice: { code: 'setup', ...progress } });
    },
  });
  throwIfAborted(hooks.signal);
  tell({ kind: 'phase', phase: 'launch' });
  const acquired = await context.kernels.acquire(gateway, context.workspace, request.kernelName ?? null, hooks.signal);
  const { kernel, fresh } = acquired;
  if (fresh && kernel.grounding === 'translated' && kernel.groundingReason !== '') {
    tell({ kind: 'notice', notice: { code: 'grounding.translated', reason: kernel.groundingReason } });
  }
  return { attached, acquired };
};

const execute = async (
  context: RunContext,
  acquired: AcquiredKernel,
  before: Snapshot,
  attached: Attached,
): Promise<RunResult> => {
  const { kernel } = acquired;
  const { request, workspace, tell, runId, registry } = context;
  const isPython = kernel.language === 'python';
  const model = createOutputModel(kernel.translate, tell);
  tell({ kind: 'phase', phase: 'execute' });
  const startedAt = Date.now();
  let execution: Execution | undefined;
  try {
    execution = await executeCell(
      acquired,
      isPython ? request.code : translateCode(kernel.language, request.code, kernel.kernelFolder),
      isPython ? reportExpressions() : {},
      request.timeoutSeconds ?? context.settings().timeoutSeconds,
      model,
      tell,
      context.hooks,
      () => {
        // While the kernel works: it costs the run no time.
        registry.beginRun({
          runId,
          workspace,
          code: request.code,
          language: kernel.language,
          kernelName: kernel.kernelName,
          startedAt,
        });
        attached.recordInputs(runId);
      },
    );
  } finally {
    model.end();
  }
  tell({ kind: 'phase', phase: 'collect' });
  return finishRun(context, acquired, { before, attached, model, execution, startedAt });
};

/**
 * Runs a message's code. Resolves for every run that began, whatever became of it; its status says which.
 * @throws CodedError for errors of the way itself: nothing to run, no gateway, no kernel, cancelled before it began
 */
export const runMessage = async (
  services: RunServices,
  workspace: Workspace,
  request: RunRequest,
  hooks: RunHooks,
): Promise<RunResult> => {
  if (request.code.trim() === '') {
    throw new CodedError('code.empty', {});
  }
  const tell = (event: RunEvent): void => {
    hooks.onEvent?.(event);
  };
  const context: RunContext = { ...services, runId: newRunId(), request, hooks, workspace, tell };
  const { attached, acquired } = await prepare(context);
  try {
    const before = await takeSnapshot(workspace.path);
    return await execute(context, acquired, before, attached);
  } finally {
    await acquired.release();
  }
};
