// Runs that go on although their program is gone: who goes on with which, and when nobody does.
import { deferred } from '../async.ts';
import { causeOf, isCoded } from '../errors.ts';
import { leaseAddress } from '../gateway/connection.ts';
import type { MessageKey, Workspace } from '../workspace/messageKey.ts';
import type { CodeSource } from './codeSource.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';
import { kernelKey } from './kernelScope.ts';
import type { Queues } from './queue.ts';
import type { LeftBehind, Reconnect } from './recover.ts';
import type { RunHooks } from './request.ts';
import type { RunResult } from './result.ts';
import { findLeftRuns, resumeRun, type LeftRun } from './resume.ts';
import type { RunServices } from './way.ts';

/** A run that this program goes on with. */
export interface ResumedRun {
  readonly runId: string;
  readonly key: MessageKey;
  readonly code: string;
  readonly language: string;
  readonly document: CodeSource | undefined;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** `undefined` when it could not be gone on with after all. */
  readonly ended: Promise<RunResult | undefined>;
}

/** Called for each run that this program goes on with: how it is shown, stopped and asked. */
export type ObserveResumed = (run: ResumedRun) => RunHooks;

export interface LeftRuns {
  /**
   * Goes on with the runs that ended programs left, and cleans up after the others. With `observe` it resolves while those runs
   * go on; without, runs that are in their time limit are left to who shows them, and it resolves when all others are over.
   */
  recover(observe?: ObserveResumed): Promise<void>;
  /** Reads the run that an ended program left in this message to its end, before the next one begins. Never rejects. */
  finishEarlier(workspace: Workspace, onWaiting?: (owner: string) => void): Promise<void>;
}

/** Milliseconds after its time limit in which a run without a program is still left to a window that may come. */
const patience = 60_000;

const isInTime = ({ head }: LeftRun): boolean => Date.now() < head.startedAt + head.timeoutSeconds * 1000 + patience;

export interface LeftRunServices extends RunServices {
  readonly queues: Queues;
  readonly reconnect: Reconnect;
  readonly leftBehind: LeftBehind;
  /** Aborts when this program ends. */
  readonly ending: AbortSignal;
  /** Work that the end of this program waits for. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
}

export const createLeftRuns = (services: LeftRunServices): LeftRuns => {
  const { queues, reconnect, leftBehind, ending, track } = services;
  const { registry, gateways, log } = services;

  /** The gateway that has the run's kernel, where this program is connected to it or can be. */
  const gatewayOf = async ({ head }: LeftRun): Promise<ConnectedGateway | undefined> => {
    try {
      if (typeof (await reconnect(head.connection)) === 'string') {
        return undefined;
      }
      const gateway = await gateways.connected();
      return leaseAddress(gateway.http.connection) === head.connection ? gateway : undefined;
    } catch (error) {
      log.warn(`run ${head.runId} of an ended program can't be gone on with: ${causeOf(error)}`);
      return undefined;
    }
  };

  const resume = async (run: LeftRun, gateway: ConnectedGateway, hooks: RunHooks): Promise<RunResult | undefined> => {
    const signal = AbortSignal.any([ending, ...(hooks.signal ? [hooks.signal] : [])]);
    try {
      return await resumeRun(services, run, gateway, { ...hooks, signal });
    } catch (error) {
      if (!isCoded(error, 'cancelled')) {
        log.warn(`run ${run.head.runId} of an ended program can't be gone on with: ${causeOf(error)}`);
      }
      return undefined;
    }
  };

  const begin = (run: LeftRun, gateway: ConnectedGateway, observe: ObserveResumed | undefined): Promise<unknown> => {
    const { runId, key, code, language, document, startedAt } = run.head;
    const ended = deferred<RunResult | undefined>();
    const work = (): Promise<RunResult | undefined> => {
      const hooks = observe?.({ runId, key, code, language, document, startedAt, ended: ended.promise }) ?? {};
      return resume(run, gateway, hooks);
    };
    const resumed = track(queues.enqueue(kernelKey('message', registry.workspaceFor(key)), work, ending));
    resumed.then(ended.resolve, ended.reject);
    return resumed;
  };

  return {
    recover: async (observe) => {
      const left = new Set<string>();
      const begun: Promise<unknown>[] = [];
      for (const run of findLeftRuns(services)) {
        const isOthers = observe === undefined && isInTime(run);
        const gateway = isOthers ? undefined : await gatewayOf(run);
        if (gateway !== undefined) {
          begun.push(begin(run, gateway, observe));
        }
        if (isOthers || gateway !== undefined) {
          left.add(run.head.kernelId).add(run.head.runId);
        }
      }
      await leftBehind.recover(left);
      if (observe === undefined) {
        await Promise.allSettled(begun);
      }
    },
    finishEarlier: async ({ id }, onWaiting) => {
      const runs = findLeftRuns(services).filter(({ head }) => registry.workspaceFor(head.key).id === id);
      for (const run of runs) {
        const gateway = await gatewayOf(run);
        if (gateway !== undefined) {
          onWaiting?.(run.lease.owner);
          await track(resume(run, gateway, {}));
        }
      }
    },
  };
};
