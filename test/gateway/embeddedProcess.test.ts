// The program that runs the gateway: how it ends by itself, what it writes, and what is said when it does not start.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { isCoded } from '../../src/core/errors.ts';
import { ensureEnvironment, gatewayRecipe, kernelRecipe } from '../../src/core/gateway/embedded/environments.ts';
import { kernelspecFolder, writeKernelspecs } from '../../src/core/gateway/embedded/kernelspecs.ts';
import { findPythons, pythonForGateway } from '../../src/core/gateway/embedded/python.ts';
import { startServer } from '../../src/core/gateway/embedded/server.ts';
import { resourcePath } from '../../src/core/resources.ts';
import { temporaryDataFolder } from '../support/embeddedGateway.ts';
import { withKernel } from '../support/kernels.ts';
import { cacheFolder, temporaryFolder } from '../support/places.ts';
import { eventually } from '../support/processes.ts';

/** The interpreter of the gateway's environment. */
const gatewayPython = async (): Promise<string> => {
  const python = pythonForGateway(await findPythons(undefined));
  assert.ok(python);
  const options = { onProgress: () => undefined };
  return (await ensureEnvironment(cacheFolder, gatewayRecipe(python), python, options)).python;
};

interface Running {
  readonly child: ChildProcess;
  readonly baseUrl: string;
  readonly logFile: string;
}

const run = async (settings: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Promise<Running> => {
  const folder = await temporaryFolder('process');
  const logFile = join(folder, 'gateway.log');
  const portFile = join(folder, 'port');
  const log = openSync(logFile, 'a');
  const script = resourcePath('gateway/embedded/python/start_gateway.py');
  const child = spawn(await gatewayPython(), [script], {
    cwd: folder,
    stdio: ['pipe', log, log],
    env: { ...process.env, ...env },
  });
  const all = {
    ...{
      kind: 'enterprise-gateway',
      port: 0,
      token: 'token-of-this-test',
      inheritedVariables: ['PATH', 'HOME'],
      portFile,
      logFile,
    },
    ...{ largestLog: 5 << 20, cullIdleSeconds: 7200, endIdleSeconds: 3600, endUnusedSeconds: 3600 },
    ...{ usersFile: join(folder, 'users.lock'), keepFile: join(folder, 'keep'), ...settings },
  };
  child.stdin?.write(`${JSON.stringify(all)}\n`);
  const port = await eventually('it listens', () => {
    try {
      return readFileSync(portFile, 'utf8');
    } catch {
      return '';
    }
  });
  return { child, baseUrl: `http://127.0.0.1:${port}/`, logFile };
};

describe("the gateway's process", () => {
  it('ends when nobody has used it for its idle time', async () => {
    const { child, logFile } = await run({ endIdleSeconds: 1 });
    const [status] = (await once(child, 'exit')) as [number];
    assert.equal(status, 0);
    assert.match(readFileSync(logFile, 'utf8'), /Nobody has used the gateway for 1 s/);
  });

  it('stays as long as it has a kernel', async () => {
    const data = await temporaryDataFolder();
    const python = (await findPythons(undefined))[0];
    assert.ok(python);
    const kernelEnvironment = await ensureEnvironment(cacheFolder, kernelRecipe, python, {
      onProgress: () => undefined,
    });
    writeKernelspecs(data, {
      kernelPython: kernelEnvironment.python,
      hiding: { home: true, network: false },
      socketFiles: false,
    });
    const { child, baseUrl } = await run({ endIdleSeconds: 1 }, { JUPYTER_PATH: kernelspecFolder(data) });
    const connection = { baseUrl, token: 'token-of-this-test' };
    await withKernel({ connection, data }, async (kernel) => {
      assert.equal(await kernel.run('import time; time.sleep(3); print("still there")'), 'still there');
    });
    const [status] = (await once(child, 'exit')) as [number];
    assert.equal(status, 0);
  });

  it('starts its log anew when that is large, and keeps the former one', async () => {
    const { child, logFile } = await run({ endIdleSeconds: 1, largestLog: 10 });
    await once(child, 'exit');
    assert.match(readFileSync(`${logFile}.1`, 'utf8'), /./);
    assert.doesNotMatch(readFileSync(logFile, 'utf8'), /is available at/);
  });

  it('logs a failed request without its query, where a token may be', async () => {
    const { child, baseUrl, logFile } = await run({});
    await fetch(`${baseUrl}api/kernels?token=secret-in-the-query`);
    child.kill('SIGTERM');
    await once(child, 'exit');
    const log = readFileSync(logFile, 'utf8');
    assert.match(log, /\b40[13] GET \/api\/kernels \d+ ms/);
    assert.doesNotMatch(log, /secret-in-the-query/);
  });

  describe('when it does not start', () => {
    const startBroken = async (script: string): Promise<string> => {
      const data = await temporaryDataFolder();
      const python = join(await temporaryFolder('broken'), 'python');
      writeFileSync(python, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      mkdirSync(data.gateway, { recursive: true });
      writeFileSync(join(data.gateway, 'gateway.log'), 'OSError: of the time before\n');
      const environment = { folder: '', python };
      const common = { data, kind: 'enterprise-gateway', environment, port: undefined, signal: undefined } as const;
      try {
        await startServer({ ...common, unusedSeconds: undefined });
      } catch (error) {
        assert.ok(isCoded(error, 'embedded.startFailed'));
        assert.equal(error.detail.log, join(data.gateway, 'gateway.log'));
        return error.detail.cause;
      }
      return 'it started';
    };

    it('says the cause that it logged this time', async () => {
      assert.equal(
        await startBroken('echo "Traceback:"; echo "ImportError: no module named tornado" >&2; exit 1'),
        'ImportError: no module named tornado',
      );
    });

    it('says how it ended where it logged nothing', async () => {
      assert.equal(await startBroken('exit 3'), 'it ended with status 3');
      assert.equal(await startBroken('kill -SEGV $$'), 'it ended with SIGSEGV');
    });
  });
});
