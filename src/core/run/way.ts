// The way of a run: prepare, snapshot, translate, execute, collect. The last step happens whatever the run did.
import { orCancelled, throwIfAborted } from '../async.ts';
import { CodedError, isCoded } from '../errors.ts';
import { leaseAddress } from '../gateway/connection.ts';
import { reportExpressions } from '../kernel/report.ts';
import type { Log } from '../log.ts';
import { translateCode } from '../paths/codeTranslator.ts';
import type { Registry } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { serializeSnapshot, takeSnapshot, type Snapshot } from '../workspace/snapshot.ts';
import { attachToWorkspace, type Attached } from './attach.ts';
import { pushBeforeRun } from './channel/inRun.ts';
import { placedCode, sourceMetadata } from './codeSource.ts';
import { isLasting, type RunEvent, type RunListener, type RunNotice } from './events.ts';
import { executeCell, type Execution, type LeftExecution } from './execution.ts';
import { finishRun, type ExecutedRun } from './finish.ts';
import { keepLateFiles } from './lateWrites.ts';
import type { GatewayAccess } from './gatewayAccess.ts';
import { beginJournal, type Journal, type JournalHead } from './journal.ts';
import type { AcquiredKernel, Kernels } from './kernels.ts';
import { planKernel, type KernelPlan } from './kernelChoice.ts';
import type { MessageKernel } from './messageKernel.ts';
import { createOutputModel } from './outputs.ts';
import type { RunHooks, RunRequest, RunSettings } from './request.ts';
import type { RunResult } from './result.ts';
import { newRunId } from './runId.ts';

export interface RunServices {
  readonly registry: Registry;
  readonly gateways: GatewayAccess;
  readonly kernels: Kernels;
  readonly settings: () => RunSettings;
  /** Sees to what an ended process left of a message: its files come first. */
  readonly recoverMessage: (workspace: Workspace, onWaiting?: (owner: string) => void) => Promise<void>;
  readonly log: Log;
  /** Where journals are. */
  readonly running: string;
  /** Aborts when this program ends and leaves what runs to the next one. */
  readonly leaving: AbortSignal;
}

/** What the steps of one run share. */
export interface RunContext extends RunServices {
  readonly runId: string;
  readonly request: RunRequest;
  readonly hooks: RunHooks;
  readonly workspace: Workspace;
  readonly tell: RunListener;
  /** What was told and still says something when the run is over. */
  readonly notices: readonly RunNotice[];
}

/** What a gateway that has ended or was started anew answers to those who knew it before. */
const isOutdated = (error: unknown): boolean =>
  isCoded(error, 'gateway.unreachable') || isCoded(error, 'gateway.rejectedToken');

const sayWaiting =
  (tell: RunListener) =>
  (owner: string): void => {
    tell({ kind: 'notice', notice: { code: 'kernel.waiting', owner } });
  };

interface PlannedKernel {
  readonly acquired: AcquiredKernel;
  readonly plan: KernelPlan;
}

const acquireKernel = async (context: RunContext): Promise<PlannedKernel> => {
  const { gateways, hooks, kernels, request, tell, workspace } = context;
  for (let attempt = 1; ; attempt++) {
    tell({ kind: 'phase', phase: 'connect' });
    const known = gateways.current();
    const gateway = await gateways.connected({
      signal: hooks.signal,
      onProgress: (progress) => {
        tell({ kind: 'notice', notice: { code: 'setup', ...progress } });
      },
    });
    throwIfAborted(hooks.signal);
    tell({ kind: 'phase', phase: 'launch' });
    try {
      const plan = planKernel(gateway.server, {
        named: request.kernelName,
        language: request.language,
        preferred: context.settings().kernelName,
        current: kernels.current(workspace),
      });
      const acquired = await kernels.acquire(gateway, workspace, {
        kernelName: plan.kernelName,
        signal: hooks.signal,
        onWaiting: sayWaiting(tell),
      });
      return { acquired, plan };
    } catch (error) {
      if (!isOutdated(error)) {
        throw error;
      }
      gateways.forget(gateway);
      if (known !== gateway || attempt > 1) {
        throw error;
      }
    }
  }
};

const prepare = async (context: RunContext): Promise<PlannedKernel & { readonly attached: Attached }> => {
  const { hooks, request, tell } = context;
  tell({ kind: 'phase', phase: 'prepare' });
  await orCancelled(context.recoverMessage(context.workspace, sayWaiting(tell)), hooks.signal);
  const attached = await attachToWorkspace(
    context.registry,
    context.workspace,
    request.attachments ?? [],
    hooks.signal,
  );
  const { acquired, plan } = await acquireKernel(context);
  const { kernel, fresh, replaced } = acquired;
  if (replaced) {
    tell({ kind: 'notice', notice: { code: 'kernel.restarted' } });
  }
  if (fresh && kernel.grounding === 'translated' && kernel.groundingReason !== '') {
    tell({ kind: 'notice', notice: { code: 'grounding.translated', reason: kernel.groundingReason } });
  }
  return { attached, acquired, plan };
};

/** Python kernels translate paths themselves; the others get code that names the real folder. */
const codeFor = (
  { language, grounding, kernelFolder }: MessageKernel,
  request: RunRequest,
  { magic }: KernelPlan,
): string => {
  if (magic !== '') {
    return magic + request.code;
  }
  if (language === 'python') {
    return placedCode(request.code, request.document);
  }
  return grounding === 'translated' ? translateCode(language, request.code, kernelFolder) : request.code;
};

/** What the next program needs to go on with this run. */
const headOf = (context: RunContext, kernel: MessageKernel, startedAt: number, attached: Attached): JournalHead => {
  const { request, runId, workspace, settings } = context;
  const { session, gateway } = kernel;
  return {
    version: 1,
    runId,
    key: workspace.key,
    kernelId: session.kernelId,
    kernelName: kernel.kernelName,
    language: kernel.language,
    connection: leaseAddress(gateway.http.connection),
    clientId: session.clientId,
    grounding: kernel.grounding,
    reach: kernel.reach,
    kernelFolder: kernel.kernelFolder,
    realPaths: [...kernel.realPaths],
    code: request.code,
    ...(request.document && { document: request.document }),
    timeoutSeconds: request.timeoutSeconds ?? settings().timeoutSeconds,
    startedAt,
    skipped: [...attached.skipped],
  };
};

const execute = async (
  context: RunContext,
  { acquired, plan }: PlannedKernel,
  before: Snapshot,
  attached: Attached,
): Promise<RunResult> => {
  const { kernel } = acquired;
  const { request, workspace, tell, runId, registry, settings, log } = context;
  const isPython = kernel.language === 'python';
  const model = createOutputModel(kernel.translate, tell);
  tell({ kind: 'phase', phase: 'execute' });
  const startedAt = Date.now();
  let journal: Journal | undefined;
  const openJournal = (messageId: string): Journal =>
    (journal = beginJournal(context.running, headOf(context, kernel, startedAt, attached), messageId, log));
  const execution = await executeCell(
    acquired,
    {
      code: codeFor(kernel, request, plan),
      userExpressions: isPython ? reportExpressions() : {},
      metadata: isPython && plan.magic === '' ? sourceMetadata(request.code, request.document) : {},
      timeoutSeconds: request.timeoutSeconds ?? settings().timeoutSeconds,
      stopBounds: settings().stopBounds,
      onSent: () => {
        // While the kernel works: it costs the run no time.
        registry.beginRun({
          runId,
          workspace,
          code: request.code,
          language: plan.language ?? kernel.language,
          kernelName: kernel.kernelName,
          startedAt,
        });
        // What a process that is killed in mid-run leaves to the next one.
        registry.writeBaseline(workspace, serializeSnapshot(before));
        attached.recordInputs(runId);
      },
      // Files that another kernel carries have no way back once this program is gone.
      ...(settings().resumable && kernel.channel?.release === undefined && { journal: openJournal }),
    },
    model,
    tell,
    { ...context.hooks, leaving: context.leaving },
  );
  return endRun(context, acquired, { before, attached, model, startedAt }, execution, journal);
};

/**
 * The end of a run, also of one that another program had begun.
 * @throws CodedError `cancelled` when this program ends before the run does
 */
export const endRun = async (
  context: RunContext,
  acquired: AcquiredKernel,
  run: Omit<ExecutedRun, 'execution'>,
  execution: Execution | LeftExecution,
  journal: Journal | undefined,
): Promise<RunResult> => {
  if (execution.status === 'left') {
    acquired.leave();
    throw new CodedError('cancelled', {});
  }
  run.model.end();
  context.tell({ kind: 'phase', phase: 'collect' });
  const result = await finishRun(context, acquired, { ...run, execution });
  journal?.remove();
  return result;
};

/** Begins to tell about a run; what its result is to hold is remembered. */
export const contextOf = (
  services: RunServices,
  runId: string,
  workspace: Workspace,
  request: RunRequest,
  hooks: RunHooks,
): RunContext => {
  const notices: RunNotice[] = [];
  const tell = (event: RunEvent): void => {
    if (event.kind === 'notice' && isLasting(event.notice)) {
      notices.push(event.notice);
    }
    hooks.onEvent?.(event);
  };
  tell({ kind: 'begin', runId });
  return { ...services, runId, request, hooks, workspace, tell, notices };
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
  const context = contextOf(services, newRunId(), workspace, request, hooks);
  const { attached, ...planned } = await prepare(context);
  const { acquired } = planned;
  try {
    const unsent = await pushBeforeRun(context, acquired);
    const before = await takeSnapshot(workspace.path, { hashRecent: true });
    if (acquired.kernel.channel === null) {
      const late = await keepLateFiles(
        context.registry,
        workspace,
        before,
        context.settings().trackedTypes,
        context.log,
      );
      if (late.length > 0) {
        context.tell({ kind: 'notice', notice: { code: 'files.late', names: late.map(({ path }) => path) } });
      }
    }
    return await execute(context, planned, before, { ...attached, skipped: [...attached.skipped, ...unsent] });
  } finally {
    acquired.release();
  }
};
