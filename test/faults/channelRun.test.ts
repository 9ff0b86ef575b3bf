// Whole runs whose files travel over a bad network: what the code made is kept whole, or it is said where it stayed.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { startFaultProxy, type Fault, type FaultProxy } from '../support/faultProxy.ts';
import { contentOf, newMessage, openTestInterpreter, run } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';
import { seeded, seedOr } from '../support/random.ts';
import { sha256Of } from '../support/transfers.ts';

const mebi = 1 << 20;
const random = seeded(seedOr(36));

const making = `import hashlib, os
for name, size in [('large', 9 << 20)] + [('small-%d' % i, 5000) for i in range(100)]:
    content = os.urandom(size)
    open('/mnt/data/' + name, 'wb').write(content)
    print(name, hashlib.sha256(content).hexdigest())`;

describe('a run whose files travel over a connection that fails', () => {
  let proxy: FaultProxy;
  let on: Interpreter;

  beforeEach(async () => {
    const { connection } = await testGateway();
    proxy = await startFaultProxy(connection.baseUrl);
    on = await openTestInterpreter({
      settings: { reach: 'channel' },
      connection: { ...connection, baseUrl: proxy.url },
      dataFolder: await temporaryFolder('data'),
    });
  });

  afterEach(async () => {
    proxy.restore();
    await on.dispose();
    await proxy.close();
  });

  /** Acts once, at the first event that is meant. */
  const at = (isMeant: (event: RunEvent) => boolean, act: () => void): ((event: RunEvent) => void) => {
    let done = false;
    return (event) => {
      if (!done && isMeant(event)) {
        done = true;
        act();
      }
    };
  };
  const isCollecting = (event: RunEvent): boolean => event.kind === 'phase' && event.phase === 'collect';

  const faults: readonly (readonly Fault[])[] = [['cut'], ['truncate', 'cut'], ['flip']];
  for (const some of faults) {
    it(`36, 37: ${some.join(' and ')} while they come: all are kept as they were made`, async () => {
      const onEvent = at(isCollecting, () => {
        some.forEach((fault) => {
          proxy.strike(fault, 'toClient', random.below(9 * mebi));
        });
      });
      const result = await run(making, { on, key: newMessage(on), onEvent });
      assert.deepEqual([result.status, result.skipped, proxy.struck], ['ok', [], some.length]);
      const kept = new Map(result.files.map(({ name, sha256 }) => [name, sha256]));
      for (const line of result.stdout.trim().split('\n')) {
        const [name = '', sha256] = line.split(' ');
        assert.equal(kept.get(name), sha256, name);
      }
      assert.equal(kept.size, 101);
      const large = result.files.find(({ name }) => name === 'large');
      assert.equal(sha256Of(await contentOf(on, large?.id ?? '')), kept.get('large'));
    });
  }

  it('36: cut while attachments go there: the code sees them as they are', async () => {
    const content = randomBytes(9 * mebi);
    const path = join(await temporaryFolder('attached'), 'in');
    writeFileSync(path, content);
    const onEvent = at(
      (event) => event.kind === 'notice' && event.notice.code === 'transfer' && event.notice.direction === 'push',
      () => {
        proxy.strike('cut', 'toServer', random.below(4 * mebi));
      },
    );
    const code = "import hashlib; print(hashlib.sha256(open('/mnt/data/in', 'rb').read()).hexdigest())";
    const result = await run(code, { on, key: newMessage(on), attachments: [{ path }], onEvent });
    assert.deepEqual([result.stdout.trim(), result.skipped, result.files], [sha256Of(content), [], []]);
  });

  it('36: gone for good while they come: the run ends, says where they stayed, and they come when they are asked for later', async () => {
    const key = newMessage(on);
    const onEvent = at(isCollecting, () => {
      proxy.cut();
    });
    const result = await run("open('/mnt/data/kept.csv', 'w').write('1')", { on, key, onEvent });
    assert.deepEqual([result.status, result.files], ['ok', []]);
    assert.match(result.skipped.map(({ reason }) => reason).join(), /stayed on the kernel's machine \(.*home-/);
    assert.equal(result.skipped.at(-1)?.can_be_fetched, true);
    proxy.restore();
    const fetched = await on.fetchLeft(key);
    assert.deepEqual([fetched.files.map(({ name }) => name), fetched.skipped], [['kept.csv'], []]);
    assert.equal((await run('1 + 1', { on, key })).result, '2');
  });
});
