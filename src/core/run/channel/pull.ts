// Pulls what a plan names into the workspace: one file's failure never stops the others.
import { causeOf, isCoded } from '../../errors.ts';
import type { KernelTransfer, PullOutcome, TransferOptions } from '../../kernel/transfer/types.ts';
import type { Landed, Landing } from '../../workspace/landing/landing.ts';
import { LandingProblem, landingProblem } from '../../workspace/landing/problem.ts';
import { stampThere, type PlannedPull, type Same } from './plan.ts';
import { unlessSilent } from './stall.ts';
import { failureReason, landingWords } from './words.ts';

export interface Pulled {
  /** What is in the workspace now. */
  readonly landed: readonly Same[];
  readonly failed: readonly { readonly relativePath: string; readonly reason: string }[];
  /** What ended it before all were tried: stopped, the kernel gone. */
  readonly ended: unknown;
}

interface Arriving {
  readonly planned: PlannedPull;
  readonly file: Landed;
  problem: LandingProblem | undefined;
}

const arriving = (landing: Landing, planned: PlannedPull): Arriving => ({
  planned,
  file: landing.begin(planned.relativePath, planned.size, planned.mtimeNs),
  problem: undefined,
});

/** A problem of one file lets the others go on; a full disk would be every file's. */
const sinkOf = (one: Arriving) => ({
  write: async (bytes: Uint8Array, offset: number): Promise<void> => {
    if (one.problem) {
      return;
    }
    try {
      await one.file.write(bytes, offset);
    } catch (error) {
      one.problem = landingProblem(error);
      if (one.problem.code === 'noSpace') {
        throw one.problem;
      }
    }
  },
  sha256: () => one.file.sha256(),
});

const finish = async (one: Arriving, outcome: PullOutcome): Promise<Same> => {
  if (one.problem) {
    throw one.problem;
  }
  if (outcome.status === 'failed') {
    throw new LandingProblem('unwritable', failureReason(outcome.reason, one.planned.size));
  }
  await one.file.finish(outcome);
  return { relativePath: one.planned.relativePath, sha256: outcome.sha256, stamp: stampThere(outcome) };
};

const reasonOf = (one: Arriving, error: unknown): string =>
  error instanceof LandingProblem && (one.problem !== undefined || error.code !== 'unwritable')
    ? `${landingWords[error.code]}${error.code === 'noSpace' ? `: ${one.planned.size} bytes are needed` : ''}`
    : error instanceof Error
      ? error.message
      : causeOf(error);

const endWords = (error: unknown): string => {
  if (isCoded(error, 'cancelled')) {
    return 'fetching it was stopped';
  }
  if (isCoded(error, 'kernel.gone')) {
    return `the kernel was lost before it was fetched`;
  }
  return error instanceof LandingProblem ? landingWords[error.code] : causeOf(error);
};

/** Progress of a part, told as that of the whole. */
const shifted = (
  { signal, onProgress }: TransferOptions,
  done: { readonly bytes: number; readonly files: number },
  totals: { readonly totalBytes: number; readonly totalFiles: number },
): TransferOptions => ({
  signal,
  onProgress: (progress) =>
    onProgress?.({ ...progress, ...totals, bytes: done.bytes + progress.bytes, files: done.files + progress.files }),
});

/** As many at a time: what has come whole has its name before the next ones are asked for, so a cut loses little. */
const FILES_AT_A_TIME = 1000;

/** Never rejects. */
export const pullPlanned = async (
  transfer: KernelTransfer,
  landing: Landing,
  pull: readonly PlannedPull[],
  options: TransferOptions,
): Promise<Pulled> => {
  const landed: Same[] = [];
  const failed: { relativePath: string; reason: string }[] = [];
  let ended: unknown;
  const totals = { totalBytes: pull.reduce((sum, { size }) => sum + size, 0), totalFiles: pull.length };
  let before = { bytes: 0, files: 0 };
  for (let start = 0; start < pull.length; start += FILES_AT_A_TIME) {
    const some = pull.slice(start, start + FILES_AT_A_TIME).map((planned) => arriving(landing, planned));
    let outcomes: readonly PullOutcome[] = [];
    if (ended === undefined) {
      try {
        const asked = some.map((one) => ({
          rawPath: one.planned.rawPath,
          expectedSize: one.planned.size,
          expectedSha256: one.planned.sha256,
          sink: sinkOf(one),
        }));
        outcomes = await unlessSilent(shifted(options, before, totals), (watched) => transfer.pull(asked, watched));
      } catch (error) {
        ended = error;
      }
    }
    for (const [index, one] of some.entries()) {
      const outcome = outcomes[index];
      const { relativePath, size } = one.planned;
      before = { bytes: before.bytes + size, files: before.files + 1 };
      try {
        if (outcome) {
          landed.push(await finish(one, outcome));
        } else {
          failed.push({ relativePath, reason: endWords(ended) });
        }
      } catch (error) {
        failed.push({ relativePath, reason: reasonOf(one, error) });
      } finally {
        await one.file.discard();
      }
    }
  }
  return { landed, failed, ended };
};
