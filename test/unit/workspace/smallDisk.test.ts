// Landing on a disk that is full, or that can't be written to: a whole file or nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { skipBecause } from '../../support/skipping.ts';
import { repository, temporaryFolder } from '../../support/places.ts';

interface Round {
  readonly size: number;
  readonly outcome: string;
  readonly files: readonly string[];
  readonly whole: boolean;
}

const diskBytes = 1 << 20;
const program = join(repository, 'test', 'unit', 'workspace', 'landOnSmallDisk.ts');
const inNamespace = ['--user', '--map-root-user', '--mount', '--propagation', 'private', '/bin/sh', '-ec'];

const landOn = async (rounds: number, after: string): Promise<Round[] | string> => {
  const disk = await temporaryFolder('small-disk');
  const mounting = `mount -t tmpfs -o size=${diskBytes} disk "$0"`;
  const possible = spawnSync('unshare', [...inNamespace, mounting, disk], { encoding: 'utf8' });
  if (possible.status !== 0) {
    return `no small disk can be mounted here: ${possible.stderr || String(possible.error)}`;
  }
  const steps = `${mounting}; ${after} exec "$1" "$2" "$0" "$3"`;
  const args = [...inNamespace, steps, disk, process.execPath, program, String(rounds)];
  const ended = spawnSync('unshare', args, { encoding: 'utf8', timeout: 50_000 });
  assert.equal(ended.status, 0, ended.stderr);
  const lines = ended.stdout.trim().split('\n');
  assert.equal(lines.length, rounds);
  return lines.map((line) => JSON.parse(line) as Round);
};

describe('landing on a small disk', function () {
  this.timeout(60_000);

  it('39: a file that does not fit leaves nothing, at whatever byte the disk is full; one that fits is whole', async function () {
    const rounds = await landOn(60, '');
    if (typeof rounds === 'string') {
      skipBecause(this, rounds);
    }
    for (const round of rounds) {
      const fits = round.size <= diskBytes;
      const expected = fits ? ['landed', ['file'], true] : ['noSpace', [], true];
      assert.deepEqual([round.outcome, round.files, round.whole], expected, JSON.stringify(round));
    }
    assert.equal(new Set(rounds.map(({ outcome }) => outcome)).size, 2, 'both were met');
  });

  it('39: a disk that is read-only is named as one that cannot be written', async function () {
    const rounds = await landOn(3, 'mount -o remount,ro "$0";');
    if (typeof rounds === 'string') {
      skipBecause(this, rounds);
    }
    for (const { outcome, files } of rounds) {
      assert.deepEqual([outcome, files], ['unwritable', []]);
    }
  });
});
