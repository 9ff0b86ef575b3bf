import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFixture, type Fixture } from './fixture.ts';
import { checkConsistent, saidKept, startKeeper } from './keepers.ts';
import { skipBecause } from '../../support/skipping.ts';

const shell = '/bin/sh';
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

describe('a disk that takes no more', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  beforeEach(() => {
    fixture = createFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  const staged = (): string[] => readdirSync(join(fixture.data.generated, '.staging'));

  it('leaves nothing half of a file that is larger than it takes, and keeps the others', async function () {
    if (process.platform === 'win32') {
      skipBecause(this, 'Windows has no such thing');
    }
    const other = join(fixture.data.root, 'other');
    writeFileSync(other, Buffer.alloc(3_000_000, 1));
    const keeper = startKeeper(fixture.data.root, {
      name: 'm',
      rounds: 10,
      bytes: 1000,
      other,
      // In units of 512 bytes: a write fails in the middle of the larger files.
      through: [shell, '-c', 'ulimit -f 4000 && exec "$@"', 'limited'],
    });
    assert.equal(await keeper.ended, 0);
    const failed = keeper.lines.filter((line) => line.startsWith('failed'));
    assert.deepEqual(
      failed.map((line) => line.includes('EFBIG')),
      [true, true, true, true, true],
      failed.join('\n'),
    );
    assert.equal(saidKept(keeper.lines).size, 5);
    assert.deepEqual(staged(), []);
    (await fixture.open())[Symbol.dispose]();
    assert.deepEqual(checkConsistent(fixture.data), saidKept(keeper.lines));
  });

  it('stays sound on a disk that is full', async function () {
    const disk = join(fixture.data.root, 'disk');
    mkdirSync(disk);
    const mounting = `mount -t tmpfs -o size=8m disk ${quoted(disk)}`;
    const inNamespace = ['--user', '--map-root-user', '--mount', '--propagation', 'private', shell, '-c'];
    const possible = spawnSync('unshare', [...inNamespace, mounting], { encoding: 'utf8' });
    if (possible.status !== 0) {
      skipBecause(this, `no small disk can be mounted here: ${possible.stderr || String(possible.error)}`);
    }
    const other = join(disk, 'other');
    const left = join(fixture.data.root, 'left');
    mkdirSync(left);
    // The disk is gone with its namespace: what is left on it is copied to where it can be checked.
    const steps = [
      mounting,
      `head -c 3000000 /dev/urandom > ${quoted(other)}`,
      '"$@"',
      `cp -a ${quoted(disk)}/. ${quoted(left)}`,
    ];
    const keeper = startKeeper(disk, {
      name: 'm',
      rounds: 10,
      bytes: 1000,
      other,
      through: ['unshare', ...inNamespace, steps.join(' && '), 'full'],
    });
    assert.equal(await keeper.ended, 0);
    const failed = keeper.lines.filter((line) => line.startsWith('failed'));
    // The large file and one copy of it fit, not a second one.
    assert.equal(failed.length, 4, failed.join('\n'));
    assert.ok(
      failed.every((line) => line.includes('file.unwritable') && line.includes('ENOSPC')),
      failed.join('\n'),
    );
    assert.equal(saidKept(keeper.lines).size, 6);
    const after = createFixture(left);
    assert.deepEqual(readdirSync(join(after.data.generated, '.staging')), []);
    const registry = await after.open();
    registry[Symbol.dispose]();
    assert.deepEqual(checkConsistent(after.data), saidKept(keeper.lines));
  });
});
