// The embedded gateway installed from nothing, on each Python that the machine has, as a plain user, and as its second kind.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { ensureEnvironment, gatewayRecipe, kernelRecipe } from '../../src/core/gateway/embedded/environments.ts';
import { startEmbeddedGateway, stopEmbeddedGateway } from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { findPythons, pythonForGateway } from '../../src/core/gateway/embedded/python.ts';
import { temporaryDataFolder } from '../support/embeddedGateway.ts';
import { withKernel } from '../support/kernels.ts';
import { cacheFolder, repository, temporaryFolder } from '../support/places.ts';
import { giveTo, isRoot, plainUser } from '../support/wrapped.ts';

/** Every fit Python of the machine, one for each minor version. */
const everyPython = async (): Promise<readonly string[]> => {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const pyenv = existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, 'bin', 'python3')) : [];
  const examined = await Promise.all(
    [...(await findPythons(undefined)).map(({ path }) => path), ...pyenv].map((path) =>
      findPythons(path).catch(() => []),
    ),
  );
  const found = new Map(examined.flat().map(({ path, version }) => [version.join('.'), path]));
  return [...found.values()];
};

describe('the embedded gateway, installed from nothing', () => {
  it('is Enterprise Gateway with a mounted kernel on each Python of the machine', async () => {
    const pythons = await everyPython();
    assert.ok(pythons.length > 0);
    for (const python of pythons) {
      const data = await temporaryDataFolder();
      const cache = await temporaryFolder('cache');
      try {
        const gateway = await startEmbeddedGateway(data, { consent: true, cacheFolder: cache, python });
        assert.equal(gateway.kind, 'enterprise-gateway', python);
        await withKernel({ connection: gateway.connection, data }, async ({ run }) => {
          assert.equal(
            await run(
              "import os, pandas; pandas.DataFrame({'a': [1]}).to_excel('a.xlsx'); print(os.listdir('/mnt/data'))",
            ),
            "['a.xlsx']",
            python,
          );
        });
      } finally {
        await stopEmbeddedGateway(data);
      }
    }
  });

  it('is Kernel Gateway where Enterprise Gateway does not start', async () => {
    const pythons = await findPythons(undefined);
    const python = pythonForGateway(pythons);
    const [kernelPython] = pythons;
    assert.ok(python && kernelPython);
    const cache = await temporaryFolder('cache');
    const quiet = { onProgress: () => undefined };
    const kernel = await ensureEnvironment(cacheFolder, kernelRecipe, kernelPython, quiet);
    symlinkSync(kernel.folder, join(cache, basename(kernel.folder)));
    // Complete by its looks, and without a gateway in it.
    const { folder } = await ensureEnvironment(cacheFolder, gatewayRecipe(python), python, quiet);
    const broken = join(cache, basename(folder));
    execFileSync(python.path, ['-m', 'venv', '--without-pip', broken]);
    writeFileSync(join(broken, 'complete.json'), '{}');
    const data = await temporaryDataFolder();
    try {
      const gateway = await startEmbeddedGateway(data, { consent: true, cacheFolder: cache });
      assert.equal(gateway.kind, 'kernel-gateway');
      await withKernel({ connection: gateway.connection, data }, async ({ run }) => {
        assert.equal(await run("import os; print(os.getcwd(), 'HOME' in os.environ)"), '/mnt/data True');
      });
    } finally {
      await stopEmbeddedGateway(data);
    }
  });

  it('works for a plain user', async function plain() {
    const python = '/usr/bin/python3';
    const fit = await findPythons(python).catch(() => []);
    if (!isRoot || fit.length === 0) {
      this.skip();
    }
    const home = await temporaryFolder('home');
    mkdirSync(join(home, 'data'));
    // What it needs of the repository, in a place that it can reach whatever the repository's own permissions are.
    const node = join(home, 'node');
    execFileSync('cp', [process.execPath, node]);
    execFileSync('cp', ['-r', join(repository, 'src'), join(repository, 'package.json'), home]);
    execFileSync('cp', ['-r', join(repository, 'node_modules'), home]);
    const script = `
import { openDataFolder } from '${join(home, 'src/core/dataFolder.ts')}';
import { startEmbeddedGateway, stopEmbeddedGateway } from '${join(home, 'src/core/gateway/embedded/gatewayProcess.ts')}';
const data = openDataFolder('${join(home, 'data')}');
const { grounding, kind } = await startEmbeddedGateway(data, { consent: true, cacheFolder: '${join(home, 'cache')}', python: '${python}' });
await stopEmbeddedGateway(data);
console.log(grounding, kind);
`;
    writeFileSync(join(home, 'start.ts'), script);
    giveTo(plainUser, home);
    const as = [`--reuid=${plainUser}`, `--regid=${plainUser}`, '--clear-groups', '--', node, join(home, 'start.ts')];
    const output = execFileSync('setpriv', as, {
      encoding: 'utf8',
      cwd: home,
      env: { ...process.env, HOME: home, PATH: `${dirname(python)}:/bin` },
    });
    assert.match(output, /mounted enterprise-gateway\n$/);
    assert.ok(openDataFolder(join(home, 'data')));
  });
});
