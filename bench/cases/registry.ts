// What a run costs the registry: its beginning and its end, written down.
import { contender, inTurns, type Benchmark } from '../benchmark.ts';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { openRegistry } from '../../src/core/registry/registry.ts';
import { newRunId } from '../../src/core/run/runId.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

export const registry: Benchmark = {
  name: 'registry',
  title: 'A run in the registry',
  run: async (places, runs) => {
    using opened = await openRegistry(openDataFolder(await places.folder()));
    const workspace = opened.workspaceFor({ user: 'bench', chatId: 'chat', messageId: 'message' });
    let runId = '';
    const begin = (): void => {
      runId = newRunId();
      opened.beginRun({
        runId,
        workspace,
        code: '1+1',
        language: 'python',
        kernelName: 'python3',
        startedAt: Date.now(),
      });
    };
    const end = (): void => {
      opened.endRun(runId, {
        status: 'ok',
        endedAt: Date.now(),
        durationMs: 7,
        grounding: 'mounted',
        reach: 'shared',
        resultJson: JSON.stringify({ status: 'ok', stdout: '', result: '2' }),
      });
    };
    const series = await inTurns(
      [
        contender('begin and end', () => {
          begin();
          end();
        }),
      ],
      { runs, round: 40, warmUps: 5 },
    );
    const [both = NaN] = series.map(({ samples }) => median(samples));
    return { series, reference: '', targets: [atMost('begin and end: at most 1 ms', both, 1, ' ms')] };
  },
};
