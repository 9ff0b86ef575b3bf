// Files through a bad network, at length: faults at random bytes, one seed after the other, and how many of each there were.
import { startFaultProxy, type FaultProxy } from '../support/faultProxy.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { seedOr } from '../support/random.ts';
import { newTally, playRestart, playRound, tallyLine, type RoundPlan } from '../support/transferRounds.ts';
import { openScene, type TransferScene } from '../support/transfers.ts';

const seed = seedOr(1) * 1_000;

describe('files through a connection that fails, at length', () => {
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
    it(`${name}, ${count} times`, async () => {
      const tally = newTally();
      for (let round = 0; round < count; round++) {
        await playRound(scene, proxy, source, seed + round, plan, tally);
      }
      console.log(`      ${tallyLine(tally)}`);
    });
  };

  rounds(12, '36: 100 MB, cut', { faults: ['cut', 'truncate'], mostFaults: 3, size: 100_000_000 });
  rounds(30, '36, 37: any files, any fault', { faults: ['cut', 'truncate', 'silent', 'flip'], mostFaults: 3, size: 0 });
  rounds(40, '37: flips', { faults: ['flip'], mostFaults: 2, size: 0 });

  it('36: restarts, with and without a cut, 6 times', async () => {
    const tally = newTally();
    for (let round = 0; round < 6; round++) {
      const transfer = await playRestart(scene, proxy, source, seed + round, tally);
      scene = { ...scene, transfer };
    }
    console.log(`      ${tallyLine(tally)}`);
  });
});
