// 200,000 printed lines, each byte of which must arrive.
import { inTurns, timed, type Benchmark, type Contender } from '../benchmark.ts';
import { engineRunner, openEngine } from '../contenders/engine.ts';
import { mountedKernel, plainKernel } from '../contenders/gateway.ts';
import { startServices } from '../contenders/services.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const lines = 200_000;
const code = `for i in range(${lines}): print(i)`;
const expected = Array.from({ length: lines }, (_, line) => String(line).length + 1).reduce((a, b) => a + b, 0);

export const printedLines: Benchmark = {
  name: 'lines',
  title: '200,000 printed lines',
  run: async (places, runs) => {
    const gateway = await places.gateway();
    const zmq = await places.zmq();
    const interpreter = await openEngine(gateway);
    const services = await startServices(gateway, plainKernel);
    const received = new Map<string, number>();
    const printing = (name: string, print: () => Promise<number>): Contender => ({
      name,
      measure: async (times) => {
        const samples: number[] = [];
        for (let time = 0; time < times; time++) {
          samples.push(
            await timed(async () => {
              received.set(name, Math.min(received.get(name) ?? expected, await print()));
            }),
          );
        }
        return samples;
      },
    });
    const engine = (name: string, kernelName: string): Contender => {
      const run = engineRunner(interpreter, kernelName);
      return printing(name, async () => Buffer.byteLength((await run(code)).stdout));
    };
    try {
      const series = await inTurns(
        [
          printing('jupyter_client over ZeroMQ', async () => (await zmq.execute(code, 1))[0]?.bytes ?? 0),
          engine('engine, whole run', plainKernel),
          engine('engine, whole run, mounted', mountedKernel),
          printing('@jupyterlab/services as it comes', () => services.execute(code)),
        ],
        { runs: Math.max(3, Math.round(runs / 40)), round: 1, warmUps: 1 },
      );
      const [floor = NaN, plain = NaN] = series.map(({ samples }) => median(samples));
      return {
        series,
        reference: 'jupyter_client over ZeroMQ',
        targets: [
          atMost('engine, whole run: at most 1.2 times ZeroMQ', plain / floor, 1.2),
          ...[...received].map(([name, bytes]) => ({
            wanted: `${name}: all ${expected} bytes arrive each time`,
            found: String(bytes),
            met: bytes === expected,
          })),
        ],
      };
    } finally {
      await services.stop();
      await interpreter.dispose();
    }
  },
};
