import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { livenessOf, thisProcess } from '../../../src/core/registry/processIdentity.ts';
import type { Lease, LeaseOutcome, Registry } from '../../../src/core/registry/registry.ts';
import type { Workspace } from '../../../src/core/workspace/messageKey.ts';
import { createFixture, keyOf, type Fixture } from './fixture.ts';
import { skipBecause } from '../../support/skipping.ts';

const request = (
  kernelId = 'kernel',
  owner = 'the command line',
): { kernelId: string; connection: string; owner: string } => ({
  kernelId,
  connection: 'http://127.0.0.1:8888/',
  owner,
});

const acquired = (outcome: LeaseOutcome): { lease: Lease; replaced: Lease | undefined } => {
  return outcome.kind === 'acquired' ? outcome : assert.fail(`held by ${outcome.owner}`);
};

describe('leases', () => {
  let fixture: Fixture;
  let registry: Registry;
  let other: Registry;
  let workspace: Workspace;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    fixture = createFixture();
    registry = await fixture.open();
    other = await fixture.open();
    workspace = registry.workspaceFor(keyOf('m1'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
    }
    fixture.dispose();
  });

  /** As if the lease were another process's, or its last heartbeat longer ago. */
  const alter = (sql: string, ...values: (string | number | null)[]): void => {
    const database = new DatabaseSync(fixture.data.registry);
    database.prepare(sql).run(...values);
    database.close();
  };

  const startChild = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)']);
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  };

  it('are held by one of two windows, who says who has it', () => {
    const { lease, replaced } = acquired(registry.acquireLease(workspace, request('k1', 'VS Code')));
    assert.equal(replaced, undefined);
    assert.deepEqual([lease.kernelId, lease.connection, lease.owner], ['k1', 'http://127.0.0.1:8888/', 'VS Code']);
    assert.deepEqual(lease.workspace.key, workspace.key);
    const outcome = other.acquireLease(workspace, request('k2'));
    assert.deepEqual([outcome.kind, outcome.kind === 'held' && outcome.owner], ['held', 'VS Code']);
    assert.equal(outcome.lease.kernelId, 'k1');
  });

  it('are free for others once released', () => {
    const { lease } = acquired(registry.acquireLease(workspace, request('k1')));
    registry.releaseLease(lease);
    assert.equal(other.findLease(workspace), undefined);
    acquired(other.acquireLease(workspace, request('k2')));
  });

  it('are taken from an owner who leaves them idle, with the kernel; never from one who uses them', () => {
    const { lease } = acquired(registry.acquireLease(workspace, request('k1')));
    const taking = { ...request('k2'), takeIdle: true };
    assert.equal(other.acquireLease(workspace, taking).kind, 'held');
    registry.idleLease(lease);
    assert.equal(other.acquireLease(workspace, request('k2')).kind, 'held');
    const outcome = other.acquireLease(workspace, taking);
    assert.ok(outcome.kind === 'acquired');
    assert.deepEqual([outcome.taken?.kernelId, outcome.lease.kernelId, outcome.lease.isIdle], ['k1', 'k1', false]);
    assert.deepEqual([registry.claimLease(lease), registry.heartbeat(lease)], [false, false]);
    assert.deepEqual([registry.isLeased('k1'), registry.isLeased('k2')], [true, false]);
    registry.idleLease(lease);
    assert.equal(registry.acquireLease(workspace, taking).kind, 'held');
  });

  it('can be claimed again by their owner until somebody takes them', () => {
    const { lease } = acquired(registry.acquireLease(workspace, request('k1')));
    registry.idleLease(lease);
    assert.equal(registry.claimLease(lease), true);
    assert.equal(other.acquireLease(workspace, { ...request('k2'), takeIdle: true }).kind, 'held');
  });

  it('of another gateway are taken without their kernel', () => {
    const { lease } = acquired(registry.acquireLease(workspace, request('k1')));
    registry.idleLease(lease);
    const elsewhere = { ...request('k2'), connection: 'http://elsewhere/', takeIdle: true };
    const outcome = other.acquireLease(workspace, elsewhere);
    assert.ok(outcome.kind === 'acquired');
    assert.deepEqual([outcome.taken, outcome.lease.kernelId, other.isLeased('k1')], [undefined, 'k2', false]);
  });

  it('are for each message apart', () => {
    acquired(registry.acquireLease(workspace, request('k1')));
    acquired(other.acquireLease(registry.workspaceFor(keyOf('m2')), request('k2')));
    acquired(other.acquireLease(registry.workspaceFor(keyOf('m1', 'chat', 'other')), request('k3')));
  });

  it('may be taken anew by the registry that has them; the old one can neither release nor renew the new one', () => {
    const first = acquired(registry.acquireLease(workspace, request('k1'))).lease;
    const { lease, replaced } = acquired(registry.acquireLease(workspace, request('k2')));
    assert.equal(replaced?.kernelId, 'k1');
    registry.releaseLease(first);
    assert.equal(registry.heartbeat(first), false);
    assert.equal(registry.setLeaseKernel(first, 'k3'), false);
    assert.equal(registry.findLease(workspace)?.kernelId, 'k2');
    assert.equal(registry.setLeaseKernel(lease, 'k4'), true);
    assert.equal(other.findLease(workspace)?.kernelId, 'k4');
    assert.equal(registry.heartbeat(lease), true);
  });

  it('are not expired while their process lives and its heart beats', () => {
    acquired(registry.acquireLease(workspace, request()));
    assert.deepEqual(other.expiredLeases(), []);
  });

  it('expire with the process that had them, and tell whoever takes them of the kernel that may be left', async () => {
    const child = await startChild();
    acquired(registry.acquireLease(workspace, request('left')));
    const place = thisProcess().start?.replace(/ \S+$/, '') ?? '';
    const startOf = (pid: number): string => {
      const found = livenessOf({ host: thisProcess().host, pid, start: `${place} 0` }, thisProcess());
      assert.equal(found, process.platform === 'linux' ? 'dead' : found);
      return `${place} 0`;
    };
    // The pid lives, but it is another process: given again after the first one ended.
    alter('UPDATE lease SET pid = ?, process_start = ?', child.pid ?? 0, startOf(child.pid ?? 0));
    assert.deepEqual(
      other.expiredLeases().map(({ kernelId }) => kernelId),
      ['left'],
    );
    const { replaced } = acquired(other.acquireLease(workspace, request('new')));
    assert.equal(replaced?.kernelId, 'left');
    assert.deepEqual(other.expiredLeases(), []);
  });

  it('are held by a live process until it is killed', async () => {
    const child = await startChild();
    acquired(registry.acquireLease(workspace, request('left')));
    const pid = child.pid ?? 0;
    // No start time known: the pid alone says whether it lives.
    alter('UPDATE lease SET pid = ?, process_start = NULL', pid);
    assert.deepEqual(other.expiredLeases(), []);
    assert.equal(other.acquireLease(workspace, request('new')).kind, 'held');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(other.expiredLeases().length, 1);
    acquired(other.acquireLease(workspace, request('new')));
  });

  it('expire without a heartbeat, wherever their process is', () => {
    const { lease } = acquired(registry.acquireLease(workspace, request('left')));
    alter("UPDATE lease SET host = 'elsewhere', heartbeat_at = ?", Date.now() - 29_000);
    assert.deepEqual(other.expiredLeases(), []);
    assert.equal(other.acquireLease(workspace, request()).kind, 'held');
    alter('UPDATE lease SET heartbeat_at = ?', Date.now() - 31_000);
    assert.equal(other.expiredLeases().length, 1);
    assert.equal(registry.heartbeat(lease), true);
    assert.deepEqual(other.expiredLeases(), []);
  });

  it('do not expire in the sleep of the machine, nor by a clock that is set', () => {
    const { lease } = acquired(registry.acquireLease(workspace, request()));
    alter('UPDATE lease SET heartbeat_at = ?', Date.now() - 3_600_000);
    assert.deepEqual(other.expiredLeases().length, process.platform === 'win32' ? 1 : 0);
    alter('UPDATE lease SET heartbeat_at = ?, heartbeat_uptime = heartbeat_uptime - 31000', Date.now() - 31_000);
    assert.equal(other.expiredLeases().length, 1);
    registry.releaseLease(lease);
  });

  it('of a process that another host, boot or container has are not judged by pid', () => {
    acquired(registry.acquireLease(workspace, request()));
    alter("UPDATE lease SET pid = 999999999, process_start = 'another-boot pid:[1] 5'");
    assert.deepEqual(other.expiredLeases(), process.platform === 'linux' ? [] : other.expiredLeases());
    alter("UPDATE lease SET host = 'elsewhere'");
    assert.deepEqual(other.expiredLeases(), []);
  });

  it('are removed only while expired and the same', () => {
    acquired(registry.acquireLease(workspace, request('left')));
    const late = 'UPDATE lease SET heartbeat_at = 0, heartbeat_uptime = -60000';
    alter(late);
    const [expired] = other.expiredLeases();
    assert.ok(expired);
    alter('UPDATE lease SET heartbeat_at = ?', Date.now());
    assert.equal(other.removeLease(expired), false);
    alter(late);
    const [again] = other.expiredLeases();
    const { lease } = acquired(other.acquireLease(workspace, request('new')));
    assert.equal(again && registry.removeLease(again), false);
    alter(late);
    assert.equal(registry.removeLease(lease), true);
    assert.equal(registry.findLease(workspace), undefined);
  });
});

describe('process identity', () => {
  it('says that this process lives, and one that ended does not', async () => {
    const observer = thisProcess();
    assert.notEqual(livenessOf(observer, observer), 'dead');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    assert.equal(livenessOf({ ...observer, pid: child.pid ?? 0 }, observer), 'dead');
  });

  it('tells a process from a later one with its pid', function () {
    if (process.platform === 'win32') {
      skipBecause(this, 'Windows has no such thing');
    }
    const observer = thisProcess();
    const earlier = { ...observer, start: observer.start?.replace(/\S+$/, '1') ?? null };
    assert.equal(livenessOf(earlier, observer), 'dead');
  });
});
