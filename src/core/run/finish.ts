// The end of a run: what it made is kept, what it said is written down, and the result is put together.
import { within } from '../async.ts';
import { causeOf } from '../errors.ts';
import { parseReport, reportRequest, type RunReport } from '../kernel/report.ts';
import { virtualPath } from '../workspace/virtualName.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { serializeSnapshot } from '../workspace/snapshotText.ts';
import type { Attached } from './attach.ts';
import { fetchAfterRun } from './channel/inRun.ts';
import { documentOf, framesIn } from './codeSource.ts';
import { collectGenerated, type Collection } from './collect.ts';
import { describeLoss, type Execution } from './execution.ts';
import { shownImages, writeImages } from './figures.ts';
import type { AcquiredKernel } from './kernels.ts';
import { findMissingName } from './missingName.ts';
import type { OutputModel } from './outputs.ts';
import type { RunError, RunResult, SkippedFile } from './result.ts';
import type { RunContext } from './way.ts';

export interface ExecutedRun {
  readonly before: Snapshot;
  readonly attached: Pick<Attached, 'skipped' | 'hashes'>;
  readonly model: OutputModel;
  readonly execution: Execution;
  readonly startedAt: number;
}

/** How long the kernel may take to tell about a run that is over. */
const reportBound = 3_000;

const askForReport = async (acquired: AcquiredKernel, execution: Execution): Promise<RunReport | undefined> => {
  if (acquired.kernel.language !== 'python' || execution.outcome.kind === 'lost' || acquired.kernel.session.isLost) {
    return undefined;
  }
  const report = parseReport(execution.outcome.content);
  if (report) {
    return report;
  }
  // The cell raised: its user expressions were not evaluated.
  const asked = await within(
    acquired.kernel.session.execute({ ...reportRequest(), silent: true }),
    reportBound,
    undefined,
  );
  return asked?.kind === 'replied' ? parseReport(asked.content) : undefined;
};

const noticeLoss = (context: RunContext, model: OutputModel, report: RunReport | undefined): void => {
  if (model.leftOut > 0) {
    context.tell({ kind: 'notice', notice: { code: 'output.truncated', bytes: model.leftOut } });
  }
  const { stdout, stderr } = model.receivedBytes;
  const lost = report ? report.stdoutBytes + report.stderrBytes - stdout - stderr : 0;
  if (lost > 0) {
    context.tell({ kind: 'notice', notice: { code: 'output.lost', bytes: lost } });
  }
};

const errorOf = (model: OutputModel, execution: Execution, timeoutSeconds: number): RunError | null => {
  if (execution.status === 'lost' && execution.outcome.kind === 'lost') {
    return { name: 'KernelLost', value: describeLoss(execution.outcome.reason), traceback: [] };
  }
  if (execution.status === 'timeout') {
    return {
      name: 'TimeoutError',
      value: `the total limit of ${timeoutSeconds} s passed`,
      traceback: model.error?.traceback ?? [],
    };
  }
  return model.error;
};

/** With what the kernel itself knows of it; text alone does not tell a path from a word. */
const withFacts = (error: RunError | null, report: RunReport | undefined, context: RunContext): RunError | null => {
  const facts = report?.error;
  if (!error || !facts) {
    return error;
  }
  const frames = framesIn(context.request.document, facts.frames);
  return {
    ...error,
    ...(frames.length > 0 && { frames }),
    ...(facts.missingFile !== null && { missing_file: facts.missingFile }),
  };
};

/** Collects, registers and answers. One file's failure never stops the others. */
export const finishRun = async (
  context: RunContext,
  acquired: AcquiredKernel,
  run: ExecutedRun,
): Promise<RunResult> => {
  const { registry, workspace, log } = context;
  const { model, execution, attached } = run;
  const { kernel } = acquired;
  const report = await askForReport(acquired, execution);
  noticeLoss(context, model, report);
  if (report && report.outside.length > 0) {
    context.tell({
      kind: 'notice',
      notice: { code: 'files.outside', paths: report.outside, more: report.moreOutside },
    });
  }
  const fetched = await fetchAfterRun(context, acquired);
  const skipped: SkippedFile[] = [...attached.skipped, ...fetched.skipped];
  const collect = (before: Snapshot): Promise<Collection> =>
    collectGenerated(registry, workspace, context.runId, before, attached.hashes, context.settings().trackedTypes, log);
  const made = await collect(run.before);
  let { after } = made;
  const files = [...made.files];
  skipped.push(...made.skipped);
  const inFiles = [...(report?.savedFigures ?? []), ...files.map(({ sha256 }) => sha256), ...attached.hashes.values()];
  const shown = shownImages(model.outputs).filter(({ sha256 }) => !inFiles.includes(sha256));
  if (shown.length > 0) {
    try {
      await writeImages(workspace.path, shown);
    } catch (error) {
      skipped.push({ path: virtualPath('figure'), reason: causeOf(error) });
    }
    const figures = await collect(made.after);
    files.push(...figures.files);
    skipped.push(...figures.skipped);
    after = figures.after;
  }
  const timeoutSeconds = context.request.timeoutSeconds ?? context.settings().timeoutSeconds;
  const error = withFacts(errorOf(model, execution, timeoutSeconds), report, context);
  const elsewhere = kernel.language === 'python' && findMissingName(registry, workspace, context.runId, error);
  if (elsewhere) {
    context.tell({ kind: 'notice', notice: { code: 'name.elsewhere', ...elsewhere } });
  }
  const { document } = context.request;
  const result: RunResult = {
    status: execution.status,
    stdout: model.stdout(),
    stderr: model.stderr(),
    result: model.result,
    error,
    outputs: [...model.outputs],
    files,
    skipped,
    grounding: kernel.grounding,
    reach: kernel.reach,
    ...(kernel.reachReason !== '' && { reach_reason: kernel.reachReason }),
    duration_ms: execution.duration,
    ...(context.notices.length > 0 && { notices: [...context.notices] }),
    ...(document && { document: documentOf(document) }),
    run_id: context.runId,
    chat_id: workspace.key.chatId,
    message_id: workspace.key.messageId,
  };
  if (files.length > 0) {
    // What comes after this is told from what this run made.
    registry.writeBaseline(workspace, serializeSnapshot(after));
  }
  registry.endRun(context.runId, {
    status: execution.status,
    endedAt: Date.now(),
    durationMs: execution.duration,
    grounding: kernel.grounding,
    reach: kernel.reach,
    resultJson: JSON.stringify(result),
  });
  return result;
};
