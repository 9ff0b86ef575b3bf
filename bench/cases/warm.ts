// `1+1` on a kernel that runs already: what the way to the kernel and around it costs.
import { contender, inTurns, type Benchmark, type Contender, type Series } from '../benchmark.ts';
import { engineRunner, openEngine, startSession } from '../contenders/engine.ts';
import { mountedKernel, plainKernel } from '../contenders/gateway.ts';
import { startServices } from '../contenders/services.ts';
import type { Zmq } from '../contenders/zmq.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const code = '1+1';

const zmqContender = (zmq: Zmq): Contender => ({
  name: 'jupyter_client over ZeroMQ',
  measure: async (times) => (await zmq.execute(code, times)).map(({ milliseconds }) => milliseconds),
});

const medianOf = (series: readonly Series[], name: string): number =>
  median(series.find((one) => one.contender === name)?.samples ?? []);

export const warm: Benchmark = {
  name: 'warm',
  title: '1+1 on a warm kernel',
  run: async (places, runs) => {
    const gateway = await places.gateway();
    const zmq = await places.zmq();
    const interpreter = await openEngine(gateway);
    const sessions = [await startSession(gateway, plainKernel), await startSession(gateway, mountedKernel)] as const;
    const services = await startServices(gateway, plainKernel);
    try {
      const runPlain = engineRunner(interpreter, plainKernel);
      const runMounted = engineRunner(interpreter, mountedKernel);
      const series = await inTurns(
        [
          zmqContender(zmq),
          contender('engine, session', () => sessions[0].session.execute({ code })),
          contender('engine, session, mounted', () => sessions[1].session.execute({ code })),
          contender('engine, whole run', () => runPlain(code)),
          contender('engine, whole run, mounted', () => runMounted(code)),
          contender('@jupyterlab/services as it comes', () => services.execute(code)),
        ],
        { runs, round: 40, warmUps: 5 },
      );
      const floor = medianOf(series, 'jupyter_client over ZeroMQ');
      const peer = medianOf(series, '@jupyterlab/services as it comes');
      const names = ['engine, session', 'engine, whole run', 'engine, whole run, mounted'];
      return {
        series,
        reference: 'jupyter_client over ZeroMQ',
        targets: names.flatMap((name) => [
          atMost(`${name}: at most 1.3 times ZeroMQ`, medianOf(series, name) / floor, 1.3),
          atMost(`${name}: at most a quarter of @jupyterlab/services`, medianOf(series, name) / peer, 0.25),
        ]),
      };
    } finally {
      await services.stop();
      await Promise.all(sessions.map(({ stop }) => stop()));
      await interpreter.dispose();
    }
  },
};
