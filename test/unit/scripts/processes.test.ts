import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../../../scripts/lib/places.mjs';
import { createProcesses, lineThat } from '../../../scripts/lib/processes.ts';
import { skipBecause } from '../../support/skipping.ts';

/** Starts a child of its own, says both ids, and lives until it is ended. */
const parentOfOne = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  console.log('ids ' + process.pid + ' ' + child.pid);
  setInterval(() => {}, 1000);
`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The process is gone for good once its parent's guard or the system has taken note of it. */
const gone = async (pid: number): Promise<boolean> => {
  const deadline = Date.now() + 8000;
  while (isAlive(pid) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return !isAlive(pid);
};

const idsIn = (line: string): readonly number[] => line.split(' ').slice(1).map(Number);

describe('the processes of a script', function () {
  before(function () {
    if (process.platform === 'win32') {
      skipBecause(this, 'Windows has no such thing');
    }
  });

  it('end together with what they started themselves', async () => {
    const processes = createProcesses();
    const { child, ended } = processes.start(process.execPath, ['-e', parentOfOne], { output: 'pipe' });
    assert.ok(child.stdout);
    const ids = idsIn(await lineThat(child.stdout, (line) => line.startsWith('ids')));
    assert.equal(ids.every(isAlive), true);
    await processes[Symbol.asyncDispose]();
    await ended;
    assert.deepEqual(await Promise.all(ids.map(gone)), [true, true]);
  });

  it('end when the script is killed', async () => {
    const guard = join(repository, 'scripts', 'lib', 'guard.mjs');
    const script = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, [${JSON.stringify(guard)}, '1000', process.execPath, '-e', ${JSON.stringify(parentOfOne)}],
        { stdio: ['pipe', 'inherit', 'inherit'], detached: true });
    `;
    const killed = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ids = idsIn(await lineThat(killed.stdout, (line) => line.startsWith('ids')));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    assert.deepEqual(await Promise.all(ids.map(gone)), [true, true]);
  });

  it('give the exit status of the command', async () => {
    await using processes = createProcesses();
    assert.equal(await processes.start(process.execPath, ['-e', 'process.exit(7)']).ended, 7);
  });

  it('end before what they were started with, last first', async () => {
    const order: string[] = [];
    const outer = createProcesses();
    outer.atEnd(() => Promise.resolve(order.push('outer')));
    const inner = createProcesses(outer);
    inner.atEnd(() => Promise.resolve(order.push('inner, first')));
    inner.atEnd(() => Promise.resolve(order.push('inner, last')));
    await outer[Symbol.asyncDispose]();
    assert.deepEqual(order, ['inner, last', 'inner, first', 'outer']);
  });
});
