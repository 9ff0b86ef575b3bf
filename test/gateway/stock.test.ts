// A gateway started apart: its own token, kernels without our wrapper, a data folder that they see under another path or not at all.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from '../../src/core/dataFolder.ts';
import { isCoded } from '../../src/core/errors.ts';
import type { RunSettings } from '../../src/core/run/request.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf } from '../support/commandLine.ts';
import { temporaryDataFolder } from '../support/embeddedGateway.ts';
import { keptBy, newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';
import { eventually, kernelsOf } from '../support/processes.ts';
import { needsMounts, needsNamespaces } from '../support/skipping.ts';
import { startStockGateway, type StockGateway } from '../support/stockGateway.ts';

const writeFile = "open('kept.csv', 'w').write('1')\n";

describe('a stock gateway', () => {
  let data: DataFolder;
  let gateway: StockGateway;

  const runWith = (settings: Partial<RunSettings>, code: string): Promise<RunResult> =>
    withInterpreter({ connection: gateway.connection, dataFolder: data.root, settings }, (on) => run(code, { on }));

  before(async () => {
    data = await temporaryDataFolder();
    gateway = await startStockGateway(data.root);
  });

  after(async () => {
    await gateway.stop();
  });

  it('runs code in the workspace and keeps what it writes, with its own token on the command line', async () => {
    const message = ['--chat', randomUUID(), '--message', randomUUID()];
    const remote = ['--gateway', gateway.connection.baseUrl, '--token-env', 'STOCK_TOKEN'];
    const end = await command(['run', '--json', ...message, ...remote, '-c', `${writeFile}6 * 7`], {
      dataFolder: data.root,
      env: { STOCK_TOKEN: gateway.connection.token ?? '' },
    });
    assert.equal(end.status, 0, end.stderr);
    const result = jsonOf(end) as RunResult;
    assert.deepEqual([result.status, result.result, result.reach], ['ok', '42', 'shared']);
    assert.deepEqual([result.grounding, keptBy(result)], ['translated', ['/mnt/data/kept.csv created']]);
    await eventually('no kernel', () => kernelsOf(gateway.pid).length === 0);
  });

  it('says translated, and no path of this machine is in what comes back', async () => {
    const result = await runWith({}, `${writeFile}import os; print(os.getcwd(), os.path.abspath('kept.csv'))`);
    assert.equal(result.stdout, '/mnt/data /mnt/data/kept.csv\n');
    assert.ok(!JSON.stringify([result.outputs, result.stdout, result.error]).includes(data.root));
  });

  it('makes /mnt/data true for literals and computed paths', async () => {
    const code = `import pathlib, subprocess
open('/mnt/data/a.txt', 'w').write('literal')
(pathlib.Path('/mnt') / 'data' / 'b.txt').write_text('computed')
subprocess.run(['cp', '/mnt/data/a.txt', '/mnt/data/c.txt'], check=True)
open('/mnt/data/missing.txt')`;
    const result = await runWith({ grounding: 'translated' }, code);
    assert.deepEqual(keptBy(result), ['/mnt/data/a.txt created', '/mnt/data/b.txt created', '/mnt/data/c.txt created']);
    assert.equal(result.error?.name, 'FileNotFoundError');
    assert.match(result.error.value, /'\/mnt\/data\/missing\.txt'/);
    assert.ok(!JSON.stringify([result.outputs, result.stdout, result.error]).includes(data.root));
  });

  it('mounts /mnt/data where its administrator put the wrapper before a kernel', async function mounted() {
    await needsMounts(this);
    const code = `import os; print(os.getcwd(), os.path.realpath('.'), os.path.exists(${JSON.stringify(join(data.uploads, 'code_generated'))}))`;
    const result = await runWith({ kernelName: 'mounted' }, `${writeFile}${code}`);
    assert.deepEqual([result.grounding, keptBy(result)], ['mounted', ['/mnt/data/kept.csv created']]);
    assert.equal(result.stdout, '/mnt/data /mnt/data False\n');
  });

  it('leaves code and output as they are where translation is turned off', async () => {
    const settings = { grounding: 'untranslated' } as const;
    const code = `${writeFile}import os; print(os.getcwd(), os.path.exists('/mnt/data/kept.csv'), open.__module__)`;
    const result = await runWith(settings, code);
    assert.deepEqual([result.grounding, keptBy(result)], ['untranslated', ['/mnt/data/kept.csv created']]);
    assert.ok(result.stdout.startsWith(`${data.uploads}/`));
    assert.match(result.stdout, / False _?io\n$/);
    const shell = await runWith(
      { ...settings, kernelName: 'shell' },
      'echo /mnt/data "$OLDPWD"; ls /mnt/data/kept.csv',
    );
    assert.deepEqual([shell.grounding, shell.stdout.startsWith('/mnt/data')], ['untranslated', true]);
    assert.match(shell.stderr, /No such file/);
  });

  it('refuses where mounted is wanted', async () => {
    await assert.rejects(runWith({ grounding: 'mounted' }, '1'), (error) =>
      isCoded(error, 'kernel.groundingUnavailable'),
    );
  });

  it('sees the data folder under another path, where that is told', async () => {
    const link = join(await temporaryFolder('link'), 'as-the-kernel-sees-it');
    await symlink(data.root, link);
    const result = await runWith({ kernelDataDir: link, reach: 'shared' }, `${writeFile}import os; print(os.getcwd())`);
    assert.deepEqual([result.reach, keptBy(result)], ['shared', ['/mnt/data/kept.csv created']]);
    assert.equal(result.stdout, '/mnt/data\n');
  });

  for (const [what, settings] of [
    ['a kernel that does not see the folder', { kernelName: 'elsewhere' }],
    ['a wrong path of it', { kernelDataDir: '/nowhere/at/all' }],
  ] as const) {
    it(`${what}: files travel through the connection to it`, async function apart() {
      needsNamespaces(this);
      const result = await runWith(settings, `${writeFile}import os; print(os.getcwd())`);
      assert.deepEqual([result.status, result.stdout, result.reach], ['ok', '/mnt/data\n', 'channel']);
      assert.deepEqual([keptBy(result), result.skipped], [['/mnt/data/kept.csv created'], []]);
      await assert.rejects(runWith({ ...settings, reach: 'shared' }, '1'), (error) =>
        isCoded(error, 'kernel.reachUnavailable'),
      );
    });
  }

  it('a kernel of another language works in a shared folder or has its files carried, and is refused with the reason where only sharing is wanted', async function otherLanguage() {
    needsNamespaces(this);
    const shell = { kernelName: 'shell' };
    const result = await runWith(shell, 'echo 1 > /mnt/data/kept.csv; pwd');
    assert.deepEqual([result.status, result.reach, keptBy(result)], ['ok', 'shared', ['/mnt/data/kept.csv created']]);
    const carried = await runWith({ ...shell, reach: 'channel' }, 'echo 2 > /mnt/data/kept.csv');
    assert.deepEqual([carried.reach, keptBy(carried)], ['channel', ['/mnt/data/kept.csv created']]);
    const apart = await runWith({ kernelName: 'shell-elsewhere' }, 'echo 3 > /mnt/data/kept.csv');
    assert.deepEqual([apart.reach, keptBy(apart)], ['channel', ['/mnt/data/kept.csv created']]);
    await assert.rejects(runWith({ kernelName: 'shell-elsewhere', reach: 'shared' }, 'true'), (error) => {
      assert.ok(isCoded(error, 'kernel.reachUnavailable'), String(error));
      assert.match(error.detail.reason, /a bash kernel needs a shared or mounted folder/);
      return true;
    });
  });

  it('a kernel that the gateway removed is replaced', async () => {
    await withInterpreter({ connection: gateway.connection, dataFolder: data.root }, async (on) => {
      const key = newMessage(on);
      await run('x = 1', { on, key });
      const [kernel] = kernelsOf(gateway.pid);
      process.kill(kernel ?? 0, 'SIGKILL');
      await eventually('the gateway started it again', () => {
        const [now] = kernelsOf(gateway.pid);
        return now !== undefined && now !== kernel;
      });
      const next = await run("'x' in dir()", { on, key });
      assert.deepEqual([next.status, next.result], ['ok', 'False']);
    });
  });
});
