// Keeping a generated file of 100 MB for good, beside a copy that is as durable.
import { randomBytes } from 'node:crypto';
import { copyFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inTurns, timed, type Benchmark, type Contender } from '../benchmark.ts';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { openRegistry } from '../../src/core/registry/registry.ts';
import { newRunId } from '../../src/core/run/runId.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const size = 100_000_000;

/** New content each time: equal content would only be linked. */
const writeNew = async (path: string): Promise<void> => {
  await using file = await open(path, 'w');
  await file.write(randomBytes(size));
  await file.sync();
};

const copyDurably = async (source: string, target: string): Promise<void> => {
  await copyFile(source, target);
  await using file = await open(target, 'r+');
  await file.sync();
};

export const keep: Benchmark = {
  name: 'keep',
  title: 'Keeping a file of 100 MB',
  run: async (places, runs) => {
    const data = openDataFolder(await places.folder());
    using registry = await openRegistry(data);
    const workspace = registry.workspaceFor({ user: 'bench', chatId: 'chat', messageId: 'message' });
    const runId = newRunId();
    registry.beginRun({
      runId,
      workspace,
      code: 'pass',
      language: 'python',
      kernelName: 'python3',
      startedAt: Date.now(),
    });
    const sourcePath = join(workspace.path, 'large.bin');
    const copyPath = join(data.root, 'copy.bin');
    const onNew = (name: string, once: () => Promise<() => void | Promise<void>>): Contender => ({
      name,
      measure: async (times) => {
        const samples: number[] = [];
        for (let time = 0; time < times; time++) {
          await writeNew(sourcePath);
          let clean: () => void | Promise<void> = () => undefined;
          samples.push(
            await timed(async () => {
              clean = await once();
            }),
          );
          await clean();
        }
        return samples;
      },
    });
    const series = await inTurns(
      [
        onNew('cp and fsync', async () => {
          await copyDurably(sourcePath, copyPath);
          return () => rm(copyPath);
        }),
        onNew('engine, hashed, durable, registered', async () => {
          const { id } = await registry.keepFile({
            workspace,
            runId,
            sourcePath,
            relativePath: 'large.bin',
            status: 'created',
            format: 'binary',
            mimeType: 'application/octet-stream',
            modifiedAt: Date.now(),
          });
          return () => {
            registry.forgetFile('bench', id);
          };
        }),
      ],
      { runs: Math.max(3, Math.round(runs / 40)), round: 1, warmUps: 1 },
    );
    const [copied = NaN, kept = NaN] = series.map(({ samples }) => median(samples));
    return {
      series,
      reference: 'cp and fsync',
      targets: [atMost('engine: at most 2 times cp and fsync', kept / copied, 2)],
    };
  },
};
