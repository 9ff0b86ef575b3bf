// Files through faults that strike at random bytes, headers of messages included: a few seeds of what the soak suite does at length.
import { startFaultProxy, type FaultProxy } from '../support/faultProxy.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { seedOr } from '../support/random.ts';
import { newTally, playRestart, playRound, tallyLine, type RoundPlan } from '../support/transferRounds.ts';
import { openScene, type TransferScene } from '../support/transfers.ts';

const seed = seedOr(7) * 1_000;

describe('files through a connection that fails at random bytes', () => {
  let proxy: FaultProxy;
  let scene: TransferScene;
  let source: string;

  beforeEach(async () => {
    const { connection, data } = await testGateway();
    proxy = await startFaultProxy(connection.baseUrl);
    scene = await openScene({ connection: { ...connection, baseUrl: proxy.url }, data });
    source = await temporaryFolder('source');
  });

  afterEach(async () => {
    await scene.dispose();
    await proxy.close();
  });

  const rounds = (count: number, name: string, plan: RoundPlan): void => {
    it(name, async () => {
      const tally = newTally();
      for (let round = 0; round < count; round++) {
        await playRound(scene, proxy, source, seed + round, plan, tally);
      }
      console.log(`      ${tallyLine(tally)}`);
    });
  };

  rounds(3, '36: cut and cut off in good form', { faults: ['cut', 'truncate'], mostFaults: 3, size: 20_000_000 });
  rounds(12, '37: any bit, also one of what is said about the files', { faults: ['flip'], mostFaults: 2, size: 0 });
  rounds(1, '36: silent, and nobody is told', { faults: ['silent'], leastFaults: 1, mostFaults: 1, size: 9_000_000 });

  it('22, 36: a restart in the midst, with the connection cut and without', async () => {
    const tally = newTally();
    for (let round = 0; round < 2; round++) {
      scene = { ...scene, transfer: await playRestart(scene, proxy, source, seed + round, tally) };
    }
    console.log(`      ${tallyLine(tally)}`);
  });
});
