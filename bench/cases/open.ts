// What the path hook of a translated kernel costs: a thousand times open(), beside a kernel with a mounted folder, which has no hook.
import { inTurns, type Benchmark, type Contender } from '../benchmark.ts';
import { engineRunner, openEngine } from '../contenders/engine.ts';
import { mountedKernel, plainKernel } from '../contenders/gateway.ts';

const code = (times: number, path: string): string => `
import json, time
open('/mnt/data/there.txt', 'w').close()
samples = []
for _ in range(${times}):
    start = time.perf_counter()
    for _ in range(1000): open(${path}).close()
    samples.append(1000 * (time.perf_counter() - start))
print(json.dumps(samples))`;

const opened = (name: string, run: ReturnType<typeof engineRunner>, path: string): Contender => ({
  name,
  measure: async (times) => JSON.parse((await run(code(times, path))).stdout) as number[],
});

const computed = "'/mnt' + '/data/there.txt'";

export const open: Benchmark = {
  name: 'open',
  title: '1,000 times open() and close() in a Python kernel',
  run: async (places, runs) => {
    const interpreter = await openEngine(await places.gateway());
    try {
      const mounted = engineRunner(interpreter, mountedKernel);
      const translated = engineRunner(interpreter, plainKernel);
      const series = await inTurns(
        [
          opened('mounted: plain open()', mounted, computed),
          opened('translated: a path in /mnt/data', translated, computed),
          opened('translated: a relative path', translated, "'there.txt'"),
        ],
        { runs: Math.max(10, Math.round(runs / 4)), round: 10, warmUps: 2 },
      );
      return { series, reference: 'mounted: plain open()', targets: [] };
    } finally {
      await interpreter.dispose();
    }
  },
};
