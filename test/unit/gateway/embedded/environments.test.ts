// Installing an environment: once for all who ask, complete or not there.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'mocha';
import { isCoded } from '../../../../src/core/errors.ts';
import {
  ensureEnvironment,
  findEnvironment,
  gatewayRecipe,
  removeEnvironment,
  type Recipe,
  type SetUpProgress,
} from '../../../../src/core/gateway/embedded/environments.ts';
import type { Python } from '../../../../src/core/gateway/embedded/python.ts';
import { temporaryFolder } from '../../../support/places.ts';
import { eventually } from '../../../support/processes.ts';
import { fakePython, type FakePython } from './fakes.ts';

const recipe: Recipe = {
  name: 'kernel',
  title: 'Installing',
  reason: 'for a test',
  installs: [['one', 'two']],
  proof: 'import one',
  megabytes: 1,
  packages: 2,
};

describe('an environment', () => {
  let folder: string;
  let cache: string;

  beforeEach(async () => {
    folder = await temporaryFolder('environments');
    cache = join(folder, 'cache');
  });

  const python = (fake: FakePython = {}): Python => ({
    path: fakePython(folder, 'python', fake),
    version: [3, 11],
    canMakeEnvironments: true,
  });
  const calls = (): string[] => readFileSync(join(folder, 'python.calls'), 'utf8').trim().split('\n');
  const ensure = (
    given: Python,
    signal?: AbortSignal,
    onProgress: (progress: SetUpProgress) => void = () => undefined,
  ): ReturnType<typeof ensureEnvironment> => ensureEnvironment(cache, recipe, given, { onProgress, signal });

  it('is made, filled, proven and then there for good', async () => {
    const given = python();
    const environment = await ensure(given);
    assert.deepEqual(
      calls().map((call) => call.split(' ').slice(0, 3).join(' ')),
      [`-m venv ${environment.folder}`, '-m pip install', '-c import one'],
    );
    assert.deepEqual(await ensure(given), environment);
    assert.equal(calls().length, 3);
    assert.deepEqual(findEnvironment(cache, recipe, given), environment);
  });

  it('is another one when what is asked for changes', async () => {
    const given = python();
    const first = await ensure(given);
    assert.equal(findEnvironment(cache, { ...recipe, installs: [['one']] }, given), null);
    assert.equal(findEnvironment(cache, recipe, { ...given, version: [3, 12] }), null);
    assert.notEqual(
      (await ensureEnvironment(cache, { ...recipe, installs: [['one']] }, given, { onProgress: () => undefined }))
        .folder,
      first.folder,
    );
  });

  it('is installed once by all who ask at the same time', async () => {
    const given = python({ install: 'sleep 0.3' });
    const environments = await Promise.all([ensure(given), ensure(given), ensure(given)]);
    assert.equal(new Set(environments.map((environment) => environment.folder)).size, 1);
    assert.equal(calls().length, 3);
  });

  it('leaves nothing but its log where pip fails, and names its cause', async () => {
    const given = python({
      install: 'echo "Collecting one"; echo "ERROR: No matching distribution found for one" >&2; exit 1',
    });
    await assert.rejects(ensure(given), (error) => {
      assert.ok(isCoded(error, 'embedded.installFailed'));
      assert.equal(error.detail.cause, 'ERROR: No matching distribution found for one');
      assert.match(readFileSync(error.detail.log, 'utf8'), /Collecting one\n/);
      return true;
    });
    assert.deepEqual(
      readdirSync(cache).filter((name) => !/\.(log|lock)$/.test(name)),
      [],
    );
  });

  it('names the network where that is behind it', async () => {
    const given = python({
      install: `echo "WARNING: Retrying ... Temporary failure in name resolution')': /simple/one/"; echo "ERROR: No matching distribution found for one"; exit 1`,
    });
    await assert.rejects(
      ensure(given),
      (error) =>
        isCoded(error, 'embedded.installFailed') &&
        error.detail.cause.startsWith('Temporary failure in name resolution: ERROR: No matching'),
    );
  });

  it('ends pip and what pip started when it is cancelled, leaves nothing, and can be had later', async () => {
    const started = join(folder, 'started');
    const slow = python({ install: `sh -c 'echo $$ > ${started}; exec sleep 60'` });
    const controller = new AbortController();
    const installing = ensure(slow, controller.signal);
    await eventually('pip runs', () => existsSync(started) && readFileSync(started, 'utf8').endsWith('\n'));
    controller.abort();
    await assert.rejects(installing, (error) => isCoded(error, 'cancelled'));
    const pid = Number(readFileSync(started, 'utf8'));
    await eventually(
      'its child has ended',
      () => !existsSync(`/proc/${pid}/cmdline`) || readFileSync(`/proc/${pid}/cmdline`).length === 0,
    );
    assert.equal(findEnvironment(cache, recipe, slow), null);
    assert.ok(await ensure(python()));
  });

  it('is begun anew where an installation was cut off', async () => {
    const given = python();
    const { folder: complete } = await ensure(given);
    await removeEnvironment(cache, recipe, given);
    assert.equal(findEnvironment(cache, recipe, given), null);
    fakePython(join(complete, 'bin'), 'python');
    writeFileSync(join(complete, 'half'), '');
    await ensure(given);
    assert.ok(!existsSync(join(complete, 'half')));
  });

  it('reports how far it is, always forward', async () => {
    const fractions: number[] = [];
    const given = python({
      install: 'echo "Collecting one"; echo "  Collecting two"; echo "Installing collected packages: one, two"',
    });
    await ensure(given, undefined, ({ fraction }) => fractions.push(fraction ?? -1));
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.deepEqual([fractions[0], fractions.at(-1)], [0, 1]);
    assert.ok(fractions.length >= 5);
  });

  it('pins the same jupyter_client for Enterprise Gateway on Pythons without wheels for its own pins', () => {
    const installs = (minor: number): string[] =>
      gatewayRecipe({ path: '', version: [3, minor], canMakeEnvironments: true }).installs.flat();
    assert.deepEqual(installs(10), ['jupyter_enterprise_gateway==3.3.0']);
    assert.deepEqual(installs(11), installs(10));
    assert.equal(installs(13).filter((name) => name === 'jupyter_client==6.1.12').length, 2);
    assert.deepEqual(installs(12), installs(13));
  });
});
