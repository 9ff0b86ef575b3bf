// Commands that are stopped or killed in mid-run leave nothing behind.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { createGatewayHttp } from '../../src/core/gateway/http.ts';
import { removeKernel } from '../../src/core/gateway/launch.ts';
import { silentLog } from '../../src/core/log.ts';
import { openRegistry, type Registry } from '../../src/core/registry/registry.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf, startCommand } from '../support/commandLine.ts';
import { startTestGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { keptBy, run, withInterpreter } from '../support/interpreter.ts';
import { recordKernelFolders } from '../support/kernelFolders.ts';
import { removeHomeOf, temporaryFolder } from '../support/places.ts';
import { allProcesses, argumentsOf, eventually, kernelsOf } from '../support/processes.ts';

const waiting = "open('/mnt/data/kept.csv', 'w').write('1,2')\nprint('here', flush=True)\nimport time; time.sleep(60)";

/** Deletes the kernel of a killed command, as a gateway that culls does. */
const removeAllKernels = async (connection: GatewayConnection, kernelIds: readonly string[]): Promise<void> => {
  const http = createGatewayHttp(connection);
  try {
    for (const id of kernelIds) {
      await removeKernel(http, id, silentLog);
    }
  } finally {
    await http.dispose();
  }
};

describe('the end of a command', () => {
  let gateway: TestGateway;
  let dataFolder: string;
  const kernels = (): number => kernelsOf(gateway.gateway.pid).length;
  const fresh = (): string[] => ['--chat', randomUUID(), '--message', randomUUID()];

  const withRegistry = async <T>(work: (registry: Registry) => T): Promise<T> => {
    using registry = await openRegistry(gateway.data);
    return work(registry);
  };
  /** The last run of a message, as its result was written down. */
  const endedRun = (message: readonly string[]): Promise<RunResult> =>
    withRegistry((registry) => {
      const [, chatId = '', , messageId = ''] = message;
      const user = userInfo().username;
      const run = registry.listRuns({ user, chatId, messageId }).at(-1);
      return JSON.parse(registry.getRun(user, run?.runId ?? '')?.resultJson ?? '{}') as RunResult;
    });

  before(async () => {
    gateway = await startTestGateway();
    dataFolder = gateway.data.root;
  });

  after(async () => {
    await gateway.stop();
  });

  it('Ctrl+C stops the run, keeps its file, and leaves no kernel', async () => {
    const running = startCommand(['run', ...fresh(), '-c', waiting], { dataFolder });
    await running.printed('here');
    assert.equal(kernels(), 1);
    running.child.kill('SIGINT');
    const end = await running.ended;
    assert.equal(end.status, 1);
    assert.match(end.stdout, /Stopped in .*1 made, 1 kept, 0 lost/);
    assert.equal(kernels(), 0);
  });

  it('SIGTERM while the kernel starts leaves none', async () => {
    const running = startCommand(['run', ...fresh(), '-c', waiting], { dataFolder });
    await eventually('a kernel starts', () => kernels() > 0);
    running.child.kill('SIGTERM');
    const end = await running.ended;
    assert.ok(end.status === 1, `status ${end.status}: ${end.stderr}`);
    await eventually('no kernel', () => kernels() === 0);
  });

  it('after kill -9 the next command leaves no kernel of it, and what it wrote is kept', async () => {
    const message = fresh();
    const running = startCommand(['run', ...message, '-c', waiting], { dataFolder });
    await running.printed('here');
    running.child.kill('SIGKILL');
    await running.ended;
    assert.equal(kernels(), 1);
    const listed = await command(['files', 'list', '--json', ...message], { dataFolder });
    const files = jsonOf(listed) as { id: string; name: string }[];
    assert.deepEqual(
      files.map(({ name }) => name),
      ['kept.csv'],
    );
    await eventually('no kernel', () => kernels() === 0);
    const next = await command(['run', '--json', ...message, '-c', "open('kept.csv').read()"], { dataFolder });
    const result = jsonOf(next) as RunResult;
    assert.deepEqual([result.status, result.result, result.files], ['ok', "'1,2'", []]);
  });

  it('after kill -9 without a shared folder the next command fetches what the run had made, and the folder there goes', async () => {
    const folders = await recordKernelFolders();
    const initCode = join(await temporaryFolder('init'), 'init.py');
    writeFileSync(initCode, folders.initCode);
    const message = fresh();
    const large = waiting.replace(
      "print('here'",
      "open('large.bin', 'wb').write(bytes(range(256)) * 40_000)\nprint('here'",
    );
    const running = startCommand(['run', '--reach', 'channel', '--init-code', initCode, ...message, '-c', large], {
      dataFolder,
    });
    await running.printed('here');
    running.child.kill('SIGKILL');
    await running.ended;
    assert.equal(folders.left().length, 1);
    const listed = await command(['files', 'list', '--json', ...message], { dataFolder });
    const files = jsonOf(listed) as { name: string; size: number; sha256: string }[];
    assert.deepEqual(files.map(({ name, size }) => [name, size]).sort(), [
      ['kept.csv', 3],
      ['large.bin', 10_240_000],
    ]);
    assert.deepEqual(folders.left(), []);
    await eventually('no kernel', () => kernels() === 0);
    const ended = await endedRun(message);
    assert.deepEqual([ended.status, ended.reach, ended.skipped], ['lost', 'channel', []]);
  });

  it('after kill -9 a run of the message that comes before the rescue waits for it: the files of both are kept', async () => {
    for (const beside of ['the rescue', 'nothing']) {
      const message = fresh();
      const running = startCommand(['run', '--reach', 'channel', ...message, '-c', waiting], { dataFolder });
      await running.printed('here');
      running.child.kill('SIGKILL');
      await running.ended;
      const [, chatId = '', , messageId = ''] = message;
      const choice = { connection: gateway.connection, dataFolder, user: userInfo().username, isReconnecting: true };
      await withInterpreter({ ...choice, settings: { reach: 'channel' } }, async (on) => {
        const key = on.key(chatId, messageId);
        const next = run("print(open('kept.csv').read()); open('next', 'w').write('2')", { on, key });
        await Promise.all([next, ...(beside === 'nothing' ? [] : [on.recover(), on.recover()])]);
        assert.deepEqual([(await next).stdout, keptBy(await next)], ['1,2\n', ['/mnt/data/next created']], beside);
        assert.deepEqual(
          on.registry
            .listMessageFiles(key.user, chatId, messageId)
            .map(({ name }) => name)
            .sort(),
          ['kept.csv', 'next'],
          beside,
        );
      });
      const ended = await withRegistry((registry) =>
        registry.listRuns({ user: userInfo().username, chatId, messageId }).map(({ status }) => status),
      );
      assert.deepEqual(ended, ['lost', 'ok'], beside);
      await eventually('no kernel', () => kernels() === 0);
    }
  });

  it('after kill -9 of command and kernel another kernel fetches it; a folder that is nowhere any more is said', async () => {
    for (const isLeft of [true, false]) {
      const folders = await recordKernelFolders();
      const initCode = join(await temporaryFolder('init'), 'init.py');
      writeFileSync(initCode, folders.initCode);
      const message = fresh();
      const running = startCommand(['run', '--reach', 'channel', '--init-code', initCode, ...message, '-c', waiting], {
        dataFolder,
      });
      await running.printed('here');
      running.child.kill('SIGKILL');
      await running.ended;
      const leases = await withRegistry((registry) => registry.expiredLeases());
      await removeAllKernels(
        gateway.connection,
        leases.map(({ kernelId }) => kernelId),
      );
      const [folder] = folders.left();
      assert.ok(folder !== undefined, 'the folder of the kernel that was killed');
      if (!isLeft) {
        removeHomeOf(folder);
      }
      const listed = await command(['files', 'list', '--json', ...message], { dataFolder });
      assert.deepEqual(
        (jsonOf(listed) as { name: string }[]).map(({ name }) => name),
        isLeft ? ['kept.csv'] : [],
      );
      const ended = await endedRun(message);
      assert.equal(ended.status, 'lost');
      assert.equal(ended.skipped.length, isLeft ? 0 : 1);
      assert.ok(isLeft || ended.skipped[0]?.reason.includes(folder), ended.skipped[0]?.reason);
      assert.deepEqual(folders.left(), []);
    }
  });

  it('the token is in no log of the data folder and in no argument of a process', async () => {
    const token = gateway.connection.token ?? '';
    assert.ok(token.length > 20);
    const running = startCommand(['run', '--verbose', ...fresh(), '-c', waiting], { dataFolder });
    await running.printed('here');
    const revealing = allProcesses().filter((pid) => argumentsOf(pid).some((argument) => argument.includes(token)));
    assert.deepEqual(revealing, []);
    running.child.kill('SIGINT');
    const end = await running.ended;
    assert.ok(!`${end.stdout}${end.stderr}`.includes(token));
    const logs = readdirSync(gateway.data.gateway).filter((name) => name.includes('.log'));
    assert.ok(logs.length > 0);
    for (const name of logs) {
      assert.ok(!readFileSync(join(gateway.data.gateway, name), 'utf8').includes(token), name);
    }
  });

  it('the kernel sees no token in its environment', async () => {
    const end = await command(['run', '-c', 'import os; print(dict(os.environ))'], { dataFolder });
    assert.match(end.stdout, /PATH/);
    assert.ok(!end.stdout.includes(gateway.connection.token ?? ''));
  });

  it('gateway status, start, stop and status say what is', async () => {
    const status = async (): Promise<unknown> =>
      (jsonOf(await command(['gateway', 'status', '--json'], { dataFolder })) as { running: boolean }).running;
    assert.equal(await status(), true);
    const again = jsonOf(await command(['gateway', 'start', '--json'], { dataFolder })) as Record<string, unknown>;
    assert.deepEqual([again['reused'], again['pid']], [true, gateway.gateway.pid]);
    const stopped = jsonOf(await command(['gateway', 'stop', '--json'], { dataFolder }));
    assert.deepEqual(stopped, { running: false, stopped: true });
    assert.equal(await status(), false);
    const end = await command(['run', '--json', '-c', '6 * 7'], { dataFolder });
    assert.equal((jsonOf(end) as RunResult).result, '42');
    assert.equal(await status(), true);
  });
});
