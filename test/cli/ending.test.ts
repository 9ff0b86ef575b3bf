// Commands that are stopped or killed in mid-run leave nothing behind.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf, startCommand } from '../support/commandLine.ts';
import { startTestGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { allProcesses, argumentsOf, eventually, kernelsOf } from '../support/processes.ts';

const waiting = "open('/mnt/data/kept.csv', 'w').write('1,2')\nprint('here', flush=True)\nimport time; time.sleep(60)";

describe('the end of a command', () => {
  let gateway: TestGateway;
  let dataFolder: string;
  const kernels = (): number => kernelsOf(gateway.gateway.pid).length;
  const fresh = (): string[] => ['--chat', randomUUID(), '--message', randomUUID()];

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
