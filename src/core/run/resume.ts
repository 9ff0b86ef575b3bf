// Going on with a run whose program is gone: the gateway kept what the kernel said meanwhile, the journal what came before.
import type { KernelMessage } from '@jupyterlab/services';
import { causeOf } from '../errors.ts';
import type { ExecuteOutcome } from '../gateway/execute.ts';
import { getKernel, type KernelModel } from '../gateway/kernelApi.ts';
import { connectKernel, type KernelSession } from '../gateway/kernelSession.ts';
import { openTransfer } from '../kernel/transfer/transfer.ts';
import type { Log } from '../log.ts';
import type { Lease } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { takeSnapshot } from '../workspace/snapshot.ts';
import { parseSnapshot } from '../workspace/snapshotText.ts';
import { createChannel } from './channel/channel.ts';
import { knownOwnerMark } from './channel/kernelHome.ts';
import { fetchFromGone, rescueOf, stayedThere } from './channel/leftBehind.ts';
import { executeCell, type Execution, type LeftExecution } from './execution.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';
import {
  beginJournal,
  findJournal,
  findJournals,
  readJournal,
  type FoundJournal,
  type Journal,
  type JournalHead,
} from './journal.ts';
import type { HeldKernel } from './kernels.ts';
import type { MessageKernel } from './messageKernel.ts';
import { createOutputModel, type OutputModel } from './outputs.ts';
import type { RunHooks } from './request.ts';
import type { NotebookOutput, RunResult, SkippedFile } from './result.ts';
import { noTranslation, translateOutputs, type OutputTranslator } from './translation.ts';
import { contextOf, endRun, type RunContext, type RunServices } from './way.ts';

/** A run that goes on although its program is gone, with the expired lease of that program. */
export interface LeftRun extends FoundJournal {
  readonly lease: Lease;
}

/** The runs that their programs left. Journals of runs that ended are removed. */
export const findLeftRuns = ({ registry, running, log }: RunServices): readonly LeftRun[] => {
  const journals = findJournals(running, log);
  if (journals.length === 0) {
    return [];
  }
  const leases = registry.expiredLeases();
  const unfinished = new Set(registry.unfinishedRuns().map(({ runId }) => runId));
  return journals.flatMap((journal) => {
    const { head } = journal;
    if (!unfinished.has(head.runId)) {
      beginJournal(running, head, '', log).remove();
      return [];
    }
    const lease = leases.find(({ kernelId }) => kernelId === head.kernelId);
    return lease ? [{ ...journal, lease }] : [];
  });
};

const translatorOf = ({ realPaths }: JournalHead): OutputTranslator =>
  realPaths.length > 0 ? translateOutputs({ realPaths }) : noTranslation;

/** What a run of another window has shown until now; `undefined` where nothing is known of it. */
export const outputsSoFar = (running: string, runId: string, log: Log): readonly NotebookOutput[] | undefined => {
  const journal = findJournal(running, runId, log);
  if (journal === undefined) {
    return undefined;
  }
  const model = createOutputModel(translatorOf(journal.head), () => undefined);
  for (const message of readJournal(journal.path).messages) {
    model.accept(message as KernelMessage.IIOPubMessage);
  }
  model.end();
  return model.outputs;
};

const kernelOf = (
  head: JournalHead,
  workspace: Workspace,
  gateway: ConnectedGateway,
  session: KernelSession,
): MessageKernel => ({
  workspace,
  gateway,
  session,
  kernelName: head.kernelName,
  language: head.language,
  grounding: head.grounding,
  groundingReason: '',
  reachReason: '',
  reach: head.reach,
  kernelFolder: head.kernelFolder,
  realPaths: head.realPaths,
  translate: translatorOf(head),
  probe: null,
  // Only when the code is done does the kernel answer to it.
  channel: null,
});

/** The way to the files of a kernel that shares no folder, once its code is done. What can't be had is told. */
const reachFiles = async (context: RunContext, held: HeldKernel): Promise<readonly SkippedFile[]> => {
  const { registry, settings, log, workspace, hooks } = context;
  const { kernel } = held;
  const { session, gateway } = kernel;
  const left = registry
    .kernelFolders()
    .findLast((folder) => folder.kernelId === session.kernelId && folder.workspace.id === workspace.id);
  if (kernel.reach === 'shared' || left === undefined) {
    return [];
  }
  const { folder, mark } = left;
  if (!session.isLost && !held.isRetired()) {
    try {
      const transfer = await openTransfer(session, folder, { signal: hooks.stopFetching });
      const channel = createChannel({ workspace, folder, limits: () => settings().transfer, log }, transfer);
      held.update({
        ...kernel,
        channel: { ...channel, owner: knownOwnerMark(mark), carrier: session, release: undefined },
      });
      return [];
    } catch (error) {
      log.warn(`kernel ${session.kernelId} gives no files after its run went on: ${causeOf(error)}`);
    }
  }
  held.retire();
  const fetched = await fetchFromGone(rescueOf(registry, gateway.http, left, settings(), log));
  return fetched?.skipped ?? [stayedThere(left)];
};

/** The reply can have gone to the program that is no more: then what was shown says how the code ended. */
const withKnownEnd = (execution: Execution | LeftExecution, model: OutputModel): Execution | LeftExecution => {
  const replied = execution.status === 'interrupted' && execution.outcome.kind === 'replied' ? execution : undefined;
  if (replied?.outcome.kind !== 'replied' || replied.wasStopped || replied.outcome.content.status !== 'aborted') {
    return execution;
  }
  const outcome: ExecuteOutcome = replied.outcome;
  return { ...replied, outcome, status: model.error ? 'error' : 'ok' };
};

const readOn = async (
  services: RunServices,
  { path, head }: LeftRun,
  held: HeldKernel,
  workspace: Workspace,
  hooks: RunHooks,
): Promise<RunResult> => {
  const { registry, running, log, settings, leaving } = services;
  const { code, document, timeoutSeconds, key, runId, startedAt } = head;
  const request = { key, code, timeoutSeconds, ...(document && { document }) };
  const context = contextOf(services, runId, workspace, request, hooks);
  const { tell } = context;
  const { messageId, messages } = readJournal(path);
  const model = createOutputModel(held.kernel.translate, tell);
  tell({ kind: 'phase', phase: 'execute' });
  for (const message of messages) {
    model.accept(message as KernelMessage.IIOPubMessage);
  }
  let journal: Journal | undefined;
  const execution = await executeCell(
    held,
    {
      code,
      userExpressions: {},
      metadata: {},
      timeoutSeconds,
      stopBounds: settings().stopBounds,
      onSent: () => undefined,
      journal: (id) => (journal = beginJournal(running, head, id, log)),
      resumed: { messageId, age: Math.max(0, Date.now() - startedAt) },
    },
    model,
    tell,
    { ...hooks, leaving },
  );
  const unreached = execution.status === 'left' ? [] : await reachFiles(context, held);
  const stored = registry.readBaseline(workspace);
  const before = (stored && parseSnapshot(stored)) || (await takeSnapshot(workspace.path, { hashRecent: true }));
  const hashes = new Map(registry.listAttachments(workspace).map(({ record }) => [record.relativePath, record.sha256]));
  const attached = { skipped: [...head.skipped, ...unreached], hashes };
  return endRun(context, held, { before, attached, model, startedAt }, withKnownEnd(execution, model), journal);
};

/**
 * Goes on with a run to its end. `undefined` when another program did so first, or its kernel is gone.
 * @throws CodedError `cancelled` when this program ends before the run does
 */
export const resumeRun = async (
  services: RunServices,
  run: LeftRun,
  gateway: ConnectedGateway,
  hooks: RunHooks,
): Promise<RunResult | undefined> => {
  const { registry, kernels, settings, log } = services;
  const { head, lease: expired } = run;
  const model: KernelModel | null = await getKernel(gateway.http, head.kernelId);
  if (model === null || !findLeftRuns(services).some(({ head: { runId } }) => runId === head.runId)) {
    return undefined;
  }
  const outcome = registry.acquireLease(registry.workspaceFor(expired.workspace.key), {
    kernelId: head.kernelId,
    connection: head.connection,
    owner: settings().ownerLabel,
    wholeChat: expired.isWholeChat,
  });
  if (outcome.kind === 'held') {
    return undefined;
  }
  log.info(`run ${head.runId} of an ended program goes on`);
  const workspace = registry.workspaceFor(head.key);
  let session: KernelSession;
  try {
    session = await connectKernel(gateway.http, model, { clientId: head.clientId, log });
  } catch (error) {
    registry.abandonLease(outcome.lease);
    throw error;
  }
  const held = kernels.hold(kernelOf(head, workspace, gateway, session), outcome.lease);
  try {
    return await readOn(services, run, held, workspace, hooks);
  } finally {
    held.release();
  }
};
