// Which Pythons are found, and what is said of those that are unfit.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { isCoded } from '../../../../src/core/errors.ts';
import { findPythons, pythonForGateway } from '../../../../src/core/gateway/embedded/python.ts';
import { temporaryFolder } from '../../../support/places.ts';
import { fakePython } from './fakes.ts';

describe('finding a Python', () => {
  const path = process.env['PATH'];
  const pyenv = process.env['PYENV_ROOT'];
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder('pythons');
    // The shell's own tools, and no Python but those of the test.
    process.env['PATH'] = [folder, join(folder, 'none')].join(delimiter);
    process.env['PYENV_ROOT'] = join(folder, 'pyenv');
  });

  afterEach(() => {
    process.env['PATH'] = path;
    process.env['PYENV_ROOT'] = pyenv;
    if (pyenv === undefined) {
      delete process.env['PYENV_ROOT'];
    }
  });

  it('takes what PATH gives, the usual name first, and each interpreter once', async () => {
    fakePython(folder, 'python3', { version: [3, 13] });
    fakePython(folder, 'python3.11', { version: [3, 11] });
    fakePython(folder, 'python3.10', { version: [3, 9] });
    writeFileSync(join(folder, 'python'), `#!/bin/sh\nexec '${folder}/python3' "$@"\n`, { mode: 0o755 });
    const pythons = await findPythons(undefined);
    assert.deepEqual(
      pythons.map((python) => [python.path, ...python.version]),
      [
        [join(folder, 'python3'), 3, 13],
        [join(folder, 'python3.11'), 3, 11],
      ],
    );
    assert.deepEqual(pythonForGateway(pythons)?.version, [3, 11]);
  });

  it('passes over one that is too old, has no venv, fails, or is a shim of nothing', async () => {
    fakePython(folder, 'python3', { version: [3, 9] });
    fakePython(folder, 'python3.11', { hasVenv: false });
    writeFileSync(
      join(folder, 'python3.10'),
      '#!/bin/sh\necho "pyenv: python3.10: command not found" >&2; exit 127\n',
      {
        mode: 0o755,
      },
    );
    writeFileSync(join(folder, 'python3.12'), '#!/bin/sh\necho "[1, 2"\n', { mode: 0o755 });
    fakePython(folder, 'python3.13', { version: [3, 13] });
    assert.deepEqual(
      (await findPythons(undefined)).map((python) => python.path),
      [join(folder, 'python3.13')],
    );
  });

  it('looks where pyenv keeps its versions when PATH has none', async () => {
    const versions = join(folder, 'pyenv', 'versions');
    fakePython(join(versions, '3.12.1', 'bin'), 'python3', { version: [3, 12] });
    fakePython(join(versions, '3.8.18', 'bin'), 'python3', { version: [3, 8] });
    mkdirSync(join(versions, '3.10.99'));
    const found = (await findPythons(undefined)).map((python) => python.path);
    assert.ok(found.includes(join(versions, '3.12.1', 'bin', 'python3')));
    assert.ok(!found.some((path) => path.includes('3.8.18')));
  });

  it('says what is wrong with the one that was chosen', async () => {
    const chosen = async (path: string): Promise<unknown> => {
      try {
        return await findPythons(path);
      } catch (error) {
        return isCoded(error, 'embedded.unfitPython') ? [error.detail.found, error.detail.needed] : error;
      }
    };
    const needed = 'Python 3.10 or newer';
    assert.deepEqual(await chosen(fakePython(folder, 'old', { version: [3, 9] })), ['Python 3.9', needed]);
    assert.deepEqual(await chosen(join(folder, 'missing')), ['not found', needed]);
    assert.deepEqual(await chosen(fakePython(folder, 'bare', { hasVenv: false })), [
      'Python 3.11 without venv (on Debian and Ubuntu: the package python3-venv)',
      'its venv module',
    ]);
    writeFileSync(join(folder, 'broken'), '#!/bin/sh\necho "ImportError: no site" >&2; exit 1\n', { mode: 0o755 });
    assert.deepEqual(await chosen(join(folder, 'broken')), ['ImportError: no site', needed]);
  });

  it('is cancelled with its candidates', async () => {
    writeFileSync(join(folder, 'python3'), '#!/bin/sh\nread -r forever < /dev/zero\n', { mode: 0o755 });
    const controller = new AbortController();
    const found = findPythons(join(folder, 'python3'), controller.signal);
    controller.abort();
    await assert.rejects(found, (error) => isCoded(error, 'cancelled'));
  });
});
