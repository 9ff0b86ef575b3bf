// A million printed lines: how much this process grows, and how long anything else in it has to wait.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { timed, type Benchmark } from '../benchmark.ts';
import { engineRunner, openEngine } from '../contenders/engine.ts';
import { mountedKernel } from '../contenders/gateway.ts';
import { atMost } from '../targets.ts';

const code = 'for i in range(1_000_000): print(i)';
const megabyte = 1_000_000;

/** Frees what is not used any more, so that growth is counted from a clean start. */
const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

export const memory: Benchmark = {
  name: 'memory',
  title: 'A million printed lines: growth and stalls of the host',
  run: async (places) => {
    const interpreter = await openEngine(await places.gateway());
    try {
      const run = engineRunner(interpreter, mountedKernel);
      await run('1+1');
      collectGarbage();
      const before = process.memoryUsage.rss();
      let highest = before;
      const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
      const stalls = monitorEventLoopDelay({ resolution: 5 });
      stalls.enable();
      const duration = await timed(() => run(code));
      stalls.disable();
      clearInterval(watch);
      const growth = (highest - before) / megabyte;
      const [usual, longest] = [stalls.percentile(99) / 1e6, stalls.max / 1e6];
      return {
        series: [
          { contender: 'engine, whole run, mounted', unit: 'ms', samples: [duration] },
          { contender: 'growth of the resident set', unit: 'MB', samples: [growth] },
          { contender: 'event loop stalled, 99th percentile', unit: 'ms', samples: [usual] },
          { contender: 'event loop stalled, longest', unit: 'ms', samples: [longest] },
        ],
        reference: '',
        targets: [
          atMost('growth at most 150 MB', growth, 150, ' MB'),
          atMost('stalls at most 50 ms, 99th percentile', usual, 50, ' ms'),
        ],
      };
    } finally {
      await interpreter.dispose();
    }
  },
};
