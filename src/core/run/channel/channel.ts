// A message's files on a machine that shares no folder with this one: the workspace here is what counts, the kernel's folder is
// made equal to it before a run, and it is made equal to the kernel's folder after one.
import { within } from '../../async.ts';
import { causeOf, isCoded } from '../../errors.ts';
import type { KernelTransfer, PushFile, TransferOptions, TransferProgress } from '../../kernel/transfer/types.ts';
import type { Log } from '../../log.ts';
import { openLanding } from '../../workspace/landing/landing.ts';
import { LandingProblem } from '../../workspace/landing/problem.ts';
import type { Workspace } from '../../workspace/messageKey.ts';
import { virtualPath } from '../../workspace/virtualName.ts';
import type { SkippedFile } from '../result.ts';
import { takeHashedSnapshot, type HashedSnapshot } from './hostFiles.ts';
import { planPull, stampThere, type Same, type TransferLimits } from './plan.ts';
import { pullPlanned } from './pull.ts';
import { busyBound, unlessSilent } from './stall.ts';
import { failureReason, landingWords } from './words.ts';

export type TransferDirection = 'push' | 'pull';

export interface ChannelOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((direction: TransferDirection, progress: TransferProgress) => void) | undefined;
}

export interface Fetched {
  /** What did not come, each thing told once. */
  readonly skipped: readonly SkippedFile[];
  /** Set when it ended before all was looked at. */
  readonly ended: unknown;
}

export interface MessageChannel {
  readonly frames: KernelTransfer['frames'];
  /** The kernel's folder, as its machine names it. */
  readonly folder: string;
  /** Makes the kernel's folder what the workspace is. @throws CodedError `cancelled`, `kernel.gone`, `transfer.unavailable` */
  push(options?: ChannelOptions): Promise<readonly SkippedFile[]>;
  /** Makes the workspace what the kernel's folder is. Rejects only with the system's errors of the workspace itself. */
  fetch(options?: ChannelOptions & { readonly limits?: TransferLimits }): Promise<Fetched>;
  /** The same state over another connection, to a kernel that proved to see the same folder. */
  over(transfer: KernelTransfer): MessageChannel;
  dispose(): void;
}

/** Entries that a manifest may have; more are said to be there and not looked at. */
const MOST_ENTRIES = 200_000;

export interface ChannelServices {
  readonly workspace: Workspace;
  readonly folder: string;
  readonly limits: () => TransferLimits;
  readonly log: Log;
}

/** What is remembered between the runs on one kernel's folder. */
interface ChannelState {
  /** What both sides have, by relative path. */
  readonly both: Map<string, Same>;
  readonly told: Set<string>;
  previous: HashedSnapshot | undefined;
}

/** As many are named one by one. */
const MOST_NAMED = 500;

/** A kernel can leave a hundred thousand files unread: all are counted, not all are named. */
const notTooMany = (skipped: readonly SkippedFile[]): readonly SkippedFile[] => {
  const rest = skipped.slice(MOST_NAMED);
  return rest.length === 0
    ? skipped
    : [
        ...skipped.slice(0, MOST_NAMED),
        {
          path: virtualPath(''),
          reason: `${rest.length} more files stayed with the kernel`,
          ...(rest.some((file) => file.can_be_fetched) && { can_be_fetched: true }),
        },
      ];
};

const optionsFor = (direction: TransferDirection, { signal, onProgress }: ChannelOptions): TransferOptions => ({
  signal,
  ...(onProgress && {
    onProgress: (progress: TransferProgress) => {
      onProgress(direction, progress);
    },
  }),
});

export const createChannel = (
  services: ChannelServices,
  transfer: KernelTransfer,
  state: ChannelState = { both: new Map(), told: new Set(), previous: undefined },
): MessageChannel => {
  const { workspace, folder, log } = services;

  const filesHere = async (signal?: AbortSignal): Promise<HashedSnapshot> =>
    (state.previous = await takeHashedSnapshot(workspace.path, state.previous, signal));

  const push = async (options: ChannelOptions = {}): Promise<readonly SkippedFile[]> => {
    const { files } = await filesHere(options.signal);
    const gone = [...state.both.keys()].filter((path) => !files.has(path));
    if (gone.length > 0) {
      await transfer.remove(
        gone.map((path) => Buffer.from(path)),
        { signal: options.signal },
      );
      gone.forEach((path) => state.both.delete(path));
    }
    const lacking = [...files.values()].filter(
      ({ relativePath, sha256 }) => state.both.get(relativePath)?.sha256 !== sha256,
    );
    if (lacking.length === 0) {
      return [];
    }
    const pushed = lacking.map((file): PushFile => ({
      ...file,
      path: file.relativePath,
      sourcePath: `${workspace.path}/${file.relativePath}`,
    }));
    const outcomes = await unlessSilent(
      optionsFor('push', options),
      (watched) => transfer.push(pushed, watched),
      busyBound,
    );
    const skipped: SkippedFile[] = [];
    for (const [index, file] of lacking.entries()) {
      const { relativePath, sha256 } = file;
      const outcome = outcomes[index];
      if (outcome === undefined || outcome.status === 'failed') {
        const reason = outcome ? failureReason(outcome.reason, file.size) : 'no answer';
        skipped.push({ path: virtualPath(relativePath), reason: `it did not get to the kernel's machine: ${reason}` });
      } else {
        state.both.set(relativePath, { relativePath, sha256, stamp: stampThere(file) });
      }
    }
    return skipped;
  };

  const fetch = async (options: ChannelOptions & { readonly limits?: TransferLimits } = {}): Promise<Fetched> => {
    const skipped: SkippedFile[] = [];
    let landing: ReturnType<typeof openLanding>;
    try {
      landing = openLanding(workspace.path);
    } catch (error) {
      const reason = error instanceof LandingProblem ? landingWords[error.code] : causeOf(error);
      return { skipped: [{ path: virtualPath(''), reason }], ended: error };
    }
    try {
      const { files } = await filesHere(options.signal);
      const here = new Map([...files.values()].map(({ relativePath, sha256 }) => [relativePath, sha256]));
      const limits = options.limits ?? services.limits();
      // What can't come anyway is not read: a sparse giant would take the kernel hours.
      const most = Math.min(limits.fileBytes, landing.freeBytes);
      const hashLimit = Number.isFinite(most) ? most : undefined;
      const manifest = await unlessSilent(optionsFor('pull', options), (watched) =>
        transfer.list({ ...watched, hashes: true, limit: MOST_ENTRIES, hashLimit }),
      );
      const plan = planPull(manifest, {
        here,
        both: new Map([...state.both.values()].map(({ relativePath, stamp }) => [relativePath, stamp])),
        limits,
        folding: landing.folding,
        freeBytes: landing.freeBytes,
      });
      plan.same.forEach((same) => state.both.set(same.relativePath, same));
      for (const path of plan.gone) {
        state.both.delete(path);
        try {
          landing.remove(path);
        } catch (error) {
          log.warn(`${path} could not be removed here: ${causeOf(error)}`);
        }
      }
      for (const { path, reason, isOverLimit, key } of plan.left) {
        if (!state.told.has(key)) {
          state.told.add(key);
          skipped.push({ path: virtualPath(path), reason, ...(isOverLimit && { can_be_fetched: true }) });
        }
      }
      const pulled = await pullPlanned(transfer, landing, plan.pull, optionsFor('pull', options));
      pulled.landed.forEach((same) => state.both.set(same.relativePath, same));
      const rest = isCoded(pulled.ended, 'cancelled') ? { can_be_fetched: true } : {};
      skipped.push(
        ...pulled.failed.map(({ relativePath, reason }) => ({ path: virtualPath(relativePath), reason, ...rest })),
      );
      return { skipped: notTooMany(skipped), ended: pulled.ended };
    } catch (error) {
      const reason = isCoded(error, 'cancelled')
        ? 'fetching from the kernel was stopped'
        : `the kernel's folder (${folder}) could not be read: ${causeOf(error)}`;
      const rest = isCoded(error, 'cancelled') ? { can_be_fetched: true } : {};
      return { skipped: [...skipped, { path: virtualPath(''), reason, ...rest }], ended: error };
    } finally {
      await landing.close();
    }
  };

  return {
    frames: transfer.frames,
    folder,
    push,
    fetch,
    over: (other) => createChannel(services, other, state),
    dispose: () => {
      transfer.dispose();
    },
  };
};

/** Milliseconds that taking a kernel's folder away may take: the kernel goes in any case. */
export const removalBound = 5_000;

/** Waits for a removal, but not for long. */
export const boundedRemoval = async (removal: Promise<unknown>): Promise<void> => {
  await within(
    removal.catch(() => undefined),
    removalBound,
    undefined,
  );
};
