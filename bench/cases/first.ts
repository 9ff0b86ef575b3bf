// The first run from nothing: a kernel is started, connected, set up, and has answered.
import { randomUUID } from 'node:crypto';
import { inTurns, timed, type Benchmark, type Contender } from '../benchmark.ts';
import { openEngine } from '../contenders/engine.ts';
import { mountedKernel, plainKernel, type BenchGateway } from '../contenders/gateway.ts';
import { startServices } from '../contenders/services.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const code = '1+1';

const repeated = (name: string, once: () => Promise<number>): Contender => ({
  name,
  measure: async (times) => {
    const samples: number[] = [];
    for (let time = 0; time < times; time++) {
      samples.push(await once());
    }
    return samples;
  },
});

const engine = (gateway: BenchGateway, name: string, kernelName: string): Contender =>
  repeated(name, async () => {
    const interpreter = await openEngine(gateway);
    try {
      const key = interpreter.key('bench', randomUUID());
      return await timed(() => interpreter.run({ key, code, kernelName }));
    } finally {
      await interpreter.dispose();
    }
  });

const services = (gateway: BenchGateway): Contender =>
  repeated('@jupyterlab/services as it comes', async () => {
    const start = performance.now();
    const started = await startServices(gateway, plainKernel);
    await started.execute(code);
    const milliseconds = performance.now() - start;
    await started.stop();
    return milliseconds;
  });

export const first: Benchmark = {
  name: 'first',
  title: 'First run from nothing (kernel start included)',
  run: async (places, runs) => {
    const gateway = await places.gateway();
    const zmq = await places.zmq();
    const series = await inTurns(
      [
        repeated('jupyter_client over ZeroMQ', async () => (await zmq.startAndExecute(code)).milliseconds),
        engine(gateway, 'engine, whole run', plainKernel),
        engine(gateway, 'engine, whole run, mounted', mountedKernel),
        services(gateway),
      ],
      { runs: Math.max(3, Math.round(runs / 25)), round: 1, warmUps: 1 },
    );
    const [floor = NaN, plain = NaN, mounted = NaN] = series.map(({ samples }) => median(samples));
    return {
      series,
      reference: 'jupyter_client over ZeroMQ',
      targets: [
        atMost('engine, whole run: at most 150 ms more than ZeroMQ', plain - floor, 150, ' ms'),
        atMost('engine, whole run, mounted: at most 250 ms more than ZeroMQ', mounted - floor, 250, ' ms'),
        atMost('mounted: at most 150 ms more than the same kernel without the wrapper', mounted - plain, 150, ' ms'),
      ],
    };
  },
};
