// Looking at a workspace of 10,000 files, beside a plain loop of readdir and lstat.
import { lstatSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contender, inTurns, type Benchmark } from '../benchmark.ts';
import { compareSnapshots } from '../../src/core/workspace/difference.ts';
import { takeSnapshot } from '../../src/core/workspace/snapshot.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const folders = 100;
const filesInEach = 100;

const fill = async (root: string): Promise<void> => {
  for (let folder = 0; folder < folders; folder++) {
    const path = join(root, `folder-${folder}`);
    await mkdir(path);
    const names = Array.from({ length: filesInEach }, (_, file) => join(path, `file-${file}.csv`));
    await Promise.all(names.map((name) => writeFile(name, 'a,b\n1,2\n')));
  }
};

const look = async (root: string): Promise<void> => {
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const path = join(root, entry.name);
    if (entry.isDirectory()) {
      await look(path);
    } else {
      lstatSync(path);
    }
  }
};

export const snapshot: Benchmark = {
  name: 'snapshot',
  title: 'A workspace of 10,000 files',
  run: async (places, runs) => {
    const root = await places.folder();
    await fill(root);
    const before = await takeSnapshot(root);
    const series = await inTurns(
      [
        contender('plain readdir and lstat', () => look(root)),
        contender('engine, snapshot', () => takeSnapshot(root)),
        contender('engine, snapshot and difference', async () =>
          compareSnapshots(before, await takeSnapshot(root, { previous: before }), { root }),
        ),
      ],
      { runs: Math.max(5, Math.round(runs / 10)), round: 5, warmUps: 2 },
    );
    const [plain = NaN, taken = NaN] = series.map(({ samples }) => median(samples));
    return {
      series,
      reference: 'plain readdir and lstat',
      targets: [atMost('engine, snapshot: at most 3 times the plain loop', taken / plain, 3)],
    };
  },
};
