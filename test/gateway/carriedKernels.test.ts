// Kernels without Python where no folder is shared: a Python kernel beside them carries their files, and nothing of either stays.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTestKernels } from '../../scripts/lib/testKernels.ts';
import { isCoded } from '../../src/core/errors.ts';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf, startCommand } from '../support/commandLine.ts';
import { startTestGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { abortOn, keptBy, newMessage, openTestInterpreter, run, withInterpreter } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';
import { eventually, kernelsOf } from '../support/processes.ts';

interface Language {
  readonly kernelName: string;
  /** Copies /mnt/data/in.csv to /mnt/data/sub/out.csv and prints it. */
  readonly copy: string;
  readonly endless: string;
}

const languages: readonly Language[] = [
  {
    kernelName: 'bash',
    copy: 'mkdir -p /mnt/data/sub && cp /mnt/data/in.csv /mnt/data/sub/out.csv && cat sub/out.csv && echo /mnt/data',
    endless: 'echo 1 > /mnt/data/kept.csv; echo here; sleep 60',
  },
  {
    kernelName: 'deno',
    copy: "Deno.mkdirSync('/mnt/data/sub'); Deno.copyFileSync('/mnt/data/in.csv', '/mnt/data/sub/out.csv'); console.log(Deno.readTextFileSync('sub/out.csv') + '/mnt/data')",
    endless:
      "Deno.writeTextFileSync('/mnt/data/kept.csv', '1'); console.log('here'); await new Promise((done) => setTimeout(done, 60_000))",
  },
];

describe('kernels without Python, and no shared folder', () => {
  let gateway: TestGateway;
  let on: Interpreter;
  let offered: string;

  before(async () => {
    const before = process.env['JUPYTER_PATH'];
    offered = await ensureTestKernels();
    process.env['JUPYTER_PATH'] = offered;
    try {
      gateway = await startTestGateway();
    } finally {
      if (before === undefined) {
        delete process.env['JUPYTER_PATH'];
      } else {
        process.env['JUPYTER_PATH'] = before;
      }
    }
    const { connection, data } = gateway;
    on = await openTestInterpreter({
      settings: { reach: 'channel', stopBounds: { interrupt: 2_000, restart: 15_000 } },
      connection,
      dataFolder: data.root,
    });
  });

  after(async () => {
    await on.dispose();
    await eventually('no kernel is left', () => kernelsOf(gateway.gateway.pid).length === 0);
    assert.deepEqual(
      await withInterpreter({ connection: gateway.connection, dataFolder: gateway.data.root }, (last) =>
        Promise.resolve(last.registry.kernelFolders()),
      ),
      [],
      'no folder is left',
    );
    await gateway.stop();
  });

  for (const { kernelName, copy, endless } of languages) {
    it(`${kernelName}: attachments go there, files come back, also after a stop`, async () => {
      const key = newMessage(on);
      const source = join(await temporaryFolder('attached'), 'in.csv');
      writeFileSync(source, 'a,b\n1,2\n');
      const first = await run(copy, { on, key, kernelName, attachments: [{ path: source }] });
      assert.deepEqual([first.status, first.reach, first.grounding], ['ok', 'channel', 'translated'], first.stderr);
      assert.equal(first.stdout.trim(), 'a,b\n1,2\n/mnt/data');
      assert.deepEqual([keptBy(first), first.skipped], [['/mnt/data/sub/out.csv created'], []]);
      const { path } = on.registry.workspaceFor(key);
      assert.equal(readFileSync(join(path, 'sub', 'out.csv'), 'utf8'), 'a,b\n1,2\n');
      const stopped = await run(endless, { on, key, kernelName, ...abortOn('here') });
      assert.deepEqual(
        [stopped.status, keptBy(stopped), stopped.skipped],
        ['interrupted', ['/mnt/data/kept.csv created'], []],
      );
    });
  }

  it('bash: what a kernel made that ended itself comes too', async () => {
    const result: RunResult = await run('echo 1 > /mnt/data/kept.csv; kill -9 $PPID', { on, kernelName: 'bash' });
    assert.deepEqual([result.status, keptBy(result), result.skipped], ['lost', ['/mnt/data/kept.csv created'], []]);
  });

  it('bash: one kernel for a chat goes from folder to folder with its variables', async () => {
    const { connection, data } = gateway;
    const settings = { reach: 'channel', kernelScope: 'chat' } as const;
    await withInterpreter({ settings, connection, dataFolder: data.root }, async (chat) => {
      const one = newMessage(chat);
      const other = chat.key(one.chatId, 'other');
      const first = await run('x=kept; echo 1 > /mnt/data/a', { on: chat, key: one, kernelName: 'bash' });
      const second = await run('echo $x; ls; echo 2 > /mnt/data/b', { on: chat, key: other, kernelName: 'bash' });
      assert.deepEqual([keptBy(first), keptBy(second)], [['/mnt/data/a created'], ['/mnt/data/b created']]);
      assert.equal(second.stdout.trim(), 'kept');
    });
  });

  it('bash: after kill -9 of the program the next one fetches what it made, and removes both kernels', async () => {
    const dataFolder = gateway.data.root;
    const message = ['--chat', 'carried', '--message', 'killed'];
    const options = ['--reach', 'channel', '--kernel', 'bash', ...message];
    const code = 'echo 1 > /mnt/data/kept.csv; echo here; sleep 60';
    const env = { JUPYTER_PATH: offered };
    const running = startCommand(['run', ...options, '-c', code], { dataFolder, env });
    await running.printed('here');
    running.child.kill('SIGKILL');
    await running.ended;
    const listed = await command(['files', 'list', '--json', ...message], { dataFolder, env });
    assert.deepEqual(
      (jsonOf(listed) as { name: string }[]).map(({ name }) => name),
      ['kept.csv'],
    );
  });

  it('where sharing is asked for and is not there, the reason is said', async () => {
    const settings = { reach: 'shared', kernelDataDir: '/not-there' } as const;
    const { connection, data } = gateway;
    await withInterpreter({ settings, connection, dataFolder: data.root }, async (apart) => {
      await assert.rejects(
        run('1', { on: apart, kernelName: 'bash' }),
        (error) =>
          isCoded(error, 'kernel.reachUnavailable') && error.detail.reason.includes('a bash kernel needs a shared'),
      );
    });
  });
});
