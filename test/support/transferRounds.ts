// One transfer after the other through a proxy that strikes at random bytes; each round comes again by its seed.
import assert from 'node:assert/strict';
import { isCoded } from '../../src/core/errors.ts';
import { openTransfer } from '../../src/core/kernel/transfer/transfer.ts';
import { frameBytes, windowBytes } from '../../src/core/kernel/transfer/batches.ts';
import type { PullOutcome } from '../../src/core/kernel/transfer/types.ts';
import type { Direction, Fault, FaultProxy } from './faultProxy.ts';
import { seeded, type Random } from './random.ts';
import { contentIn, sha256Of, toPull, toPush, type TransferScene } from './transfers.ts';

const mebi = 1 << 20;

export interface RoundPlan {
  readonly faults: readonly Fault[];
  /** None unless given. */
  readonly leastFaults?: number;
  readonly mostFaults: number;
  /** Bytes of all files; 0 for one of few, or many small ones. */
  readonly size: number;
}

/** How often what was done, for the one who reads that a test passed. */
export interface Tally {
  rounds: number;
  bytes: number;
  readonly struck: Record<Fault | 'restart', number>;
  readonly outcomes: Record<'whole' | 'refused' | 'gone', number>;
  /** The most bytes that one cut cost. */
  mostSentTwice: number;
}

export const newTally = (): Tally => ({
  rounds: 0,
  bytes: 0,
  struck: { cut: 0, truncate: 0, silent: 0, flip: 0, restart: 0 },
  outcomes: { whole: 0, refused: 0, gone: 0 },
  mostSentTwice: 0,
});

export const tallyLine = ({ rounds, bytes, struck, outcomes, mostSentTwice }: Tally): string =>
  [
    `${rounds} rounds, ${Math.round(bytes / 1e6)} MB`,
    ...Object.entries({ ...struck, ...outcomes }).map(([what, count]) => `${count} ${what}`),
    `at most ${Math.round(mostSentTwice / 1e6)} MB sent twice for a cut`,
  ].join(', ');

const sizesOf = (random: Random, size: number): number[] => {
  if (size > 0) {
    return [size];
  }
  return random.pick([
    () => [random.below(2)],
    () => [mebi - 1 + random.below(3)],
    () => [random.below(12 * mebi)],
    () => Array.from({ length: 200 }, () => random.below(20_000)),
    () => [random.below(7 * mebi), ...Array.from({ length: 50 }, () => random.below(3_000)), random.below(7 * mebi)],
  ])();
};

const shaOf = (outcome: PullOutcome | undefined): string =>
  outcome?.status === 'pulled' ? outcome.sha256 : (outcome?.reason.code ?? 'no outcome');

/**
 * Moves random files one way while faults strike. All arrive whole, or are refused by name (a bit that flips twice in one file); the
 * kernel's end is the only other outcome, and only where the network stayed away.
 * @param source - a folder of this machine
 */
export const playRound = async (
  scene: TransferScene,
  proxy: FaultProxy,
  source: string,
  seed: number,
  plan: RoundPlan,
  tally: Tally,
): Promise<void> => {
  const random = seeded(seed);
  const sizes = sizesOf(random, plan.size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const contents = sizes.map((size) => random.bytes(size));
  const direction: Direction = random.pick(['toServer', 'toClient']);
  const { leastFaults: least = 0 } = plan;
  const faults = Array.from({ length: least + random.below(plan.mostFaults - least + 1) }, () =>
    random.pick(plan.faults),
  );
  const files = contents.map((content, index) => toPush(source, `${seed}/${index}`, content));
  const what = `seed ${seed}: ${direction}, ${sizes.length} files, ${total} bytes, ${faults.join(' ') || 'no fault'}`;
  const places = faults.map(() => random.below(total + 10_000));
  if (direction === 'toClient') {
    await scene.transfer.push(files);
  }
  const before = proxy.passed[direction];
  const struckBefore = proxy.struck;
  for (const [index, fault] of faults.entries()) {
    proxy.strike(fault, direction, places[index] ?? 0);
  }
  const flips = faults.filter((fault) => fault === 'flip').length;
  try {
    let refused: readonly string[];
    if (direction === 'toServer') {
      const outcomes = await scene.transfer.push(files);
      refused = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.reason.code] : []));
      for (const [index, file] of files.entries()) {
        if (outcomes[index]?.status === 'pushed') {
          assert.equal(sha256Of(await contentIn(scene, file.path)), file.sha256, what);
        }
      }
    } else {
      const pulls = files.map(({ path, size }) => toPull(path, size));
      const outcomes = await scene.transfer.pull(pulls);
      refused = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.reason.code] : []));
      for (const [index, file] of files.entries()) {
        if (outcomes[index]?.status === 'pulled') {
          assert.equal(shaOf(outcomes[index]), file.sha256, what);
          assert.equal(sha256Of(pulls[index]?.content() ?? Buffer.alloc(0)), file.sha256, what);
        }
      }
    }
    assert.ok(
      refused.length === 0 || (flips > 1 && refused.every((code) => code === 'corrupt')),
      `${what}: ${refused.join()}`,
    );
    tally.outcomes[refused.length > 0 ? 'refused' : 'whole']++;
    const breaks = proxy.struck - struckBefore;
    const sentTwice = proxy.passed[direction] - before - total;
    if (flips === 0 && breaks > 0) {
      // A frame that was under way in the gateway when it broke comes on top of the window.
      assert.ok(sentTwice <= breaks * (windowBytes + frameBytes) + mebi, `${what}: ${sentTwice} bytes were sent twice`);
      tally.mostSentTwice = Math.max(tally.mostSentTwice, Math.round(sentTwice / breaks));
    }
  } catch (error) {
    if (!isCoded(error, 'kernel.gone')) {
      throw new Error(what, { cause: error });
    }
    throw new Error(`${what}: the kernel was given up although the network came back`, { cause: error });
  } finally {
    faults.forEach((fault) => tally.struck[fault]++);
    proxy.restore();
  }
  await scene.transfer.clear();
  tally.rounds++;
  tally.bytes += total;
};

/** The kernel is restarted in the midst of a transfer, which ends with a word for that; the next one works. */
export const playRestart = async (
  scene: TransferScene,
  proxy: FaultProxy,
  source: string,
  seed: number,
  tally: Tally,
): Promise<TransferScene['transfer']> => {
  const random = seeded(seed);
  const file = toPush(source, `${seed}/large`, random.bytes(60 * mebi));
  const isCut = random.below(2) === 1;
  const at = random.below(20 * mebi);
  let restarting: Promise<boolean> | undefined;
  const pushing = scene.transfer.push([file], {
    onProgress: ({ bytes }) => {
      if (bytes >= at && restarting === undefined) {
        if (isCut) {
          proxy.cutOnce();
        }
        restarting = scene.kernel.session.restart(30_000);
      }
    },
  });
  await assert.rejects(pushing, (error) => isCoded(error, 'kernel.gone'), `seed ${seed}`);
  assert.equal(await restarting, true, `seed ${seed}: the kernel came back`);
  tally.struck.restart++;
  tally.outcomes.gone++;
  scene.transfer.dispose();
  await scene.prepare();
  const transfer = await openTransfer(scene.kernel.session, scene.folder);
  assert.deepEqual(await transfer.push([file]), [{ status: 'pushed' }], `seed ${seed}`);
  await transfer.clear();
  tally.rounds++;
  return transfer;
};
