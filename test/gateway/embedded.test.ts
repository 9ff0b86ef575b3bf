// The embedded gateway: started once for all who ask, kept to its user, and ended with nothing left.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'mocha';
import type { DataFolder } from '../../src/core/dataFolder.ts';
import { isCoded } from '../../src/core/errors.ts';
import { gatewayRecipe, findEnvironment, kernelRecipe } from '../../src/core/gateway/embedded/environments.ts';
import {
  embeddedGatewayStatus,
  startEmbeddedGateway,
  stopEmbeddedGateway,
  stopUnusedGateway,
  type EmbeddedGateway,
  type EmbeddedOptions,
} from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { findPythons, pythonForGateway } from '../../src/core/gateway/embedded/python.ts';
import { createGatewayHttp } from '../../src/core/gateway/http.ts';
import { identifyServer } from '../../src/core/gateway/serverKind.ts';
import { temporaryDataFolder, testGateway } from '../support/embeddedGateway.ts';
import { startKernel, withKernel } from '../support/kernels.ts';
import { cacheFolder, temporaryFolder } from '../support/places.ts';
import { argumentsOf, eventually, isAlive, treeOf } from '../support/processes.ts';

const options: EmbeddedOptions = { consent: false, cacheFolder };

/** Works with a data folder of its own, and stops its gateway. */
const withData = async (work: (data: DataFolder) => Promise<void>): Promise<void> => {
  const data = await temporaryDataFolder();
  try {
    await work(data);
  } finally {
    await stopEmbeddedGateway(data);
  }
};

/** A program that uses the gateway of a data folder, prints the gateway's process id, and stays until it is killed with -9. */
const starter = async (
  data: DataFolder,
  more: Partial<EmbeddedOptions> = {},
): Promise<{ pid: number; kill: () => void }> => {
  const script = `
import { openDataFolder } from '${new URL('../../src/core/dataFolder.ts', import.meta.url).href}';
import { startEmbeddedGateway } from '${new URL('../../src/core/gateway/embedded/gatewayProcess.ts', import.meta.url).href}';
const options = ${JSON.stringify({ ...options, ...more })};
const gateway = await startEmbeddedGateway(openDataFolder(${JSON.stringify(data.root)}), options);
console.log(gateway.pid);
setInterval(() => gateway.release, 1000);
`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    pid: Number(line),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
};

/** An interpreter of the test environments. */
const kernelPython = async (): Promise<string> => {
  const [python] = await findPythons(undefined);
  assert.ok(python);
  const environment = findEnvironment(cacheFolder, kernelRecipe, python);
  assert.ok(environment);
  return environment.python;
};

/** Another Python with the same packages. */
const anotherPython = async (python: string): Promise<string> => {
  const folder = join(await temporaryFolder('python'), 'another');
  const say = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const packages = execFileSync(python, ['-c', say], { encoding: 'utf8' });
  execFileSync(python, ['-m', 'venv', '--without-pip', folder]);
  const own = join(folder, 'bin', 'python');
  writeFileSync(join(execFileSync(own, ['-c', say], { encoding: 'utf8' }).trim(), 'packages.pth'), packages);
  return own;
};

describe('the embedded gateway', () => {
  it('is an Enterprise Gateway 3.3 on loopback that wants its token', async () => {
    const { connection, gateway } = await testGateway();
    assert.match(connection.baseUrl, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.equal(gateway.kind, 'enterprise-gateway');
    const http = createGatewayHttp(connection);
    const server = await identifyServer(http);
    await http.dispose();
    assert.deepEqual([server.kind, server.version], ['enterprise-gateway', '3.3.0']);
    const stranger = createGatewayHttp({ ...connection, token: 'wrong' });
    await assert.rejects(identifyServer(stranger), (error) => isCoded(error, 'gateway.rejectedToken'));
    await stranger.dispose();
  });

  it('keeps its token out of every argument, environment, log and file but one of the user alone', async () => {
    const { connection, gateway, data } = await testGateway();
    const token = connection.token ?? '';
    assert.match(token, /^[0-9a-f]{64}$/);
    await withKernel({ connection, data }, async (kernel) => {
      await kernel.run('1');
      // Even a client that puts it where it is logged.
      await fetch(`${connection.baseUrl}api/nothing?token=${token}`);
      const { pid } = gateway;
      for (const process of treeOf(pid)) {
        assert.ok(!argumentsOf(process).join(' ').includes(token));
        assert.ok(!readFileSync(`/proc/${process}/environ`, 'latin1').includes(token));
      }
    });
    assert.ok(!readFileSync(gateway.logFile, 'utf8').includes(token));
    const state = join(data.gateway, 'state.json');
    assert.ok(readFileSync(state, 'utf8').includes(token));
    assert.equal(statSync(state).mode & 0o777, 0o600);
    assert.equal(statSync(data.gateway).mode & 0o777, 0o700);
    assert.equal(statSync(gateway.logFile).mode & 0o777, 0o600);
  });

  it('gives kernels nothing of the caller’s environment but what programs need', async () => {
    process.env['SECRET_OF_THE_CALLER'] = 'secret';
    try {
      await withData(async (data) => {
        const { connection } = await startEmbeddedGateway(data, options);
        await withKernel({ connection, data }, async ({ run }) => {
          assert.equal(
            await run("import os; print('SECRET_OF_THE_CALLER' in os.environ, 'PATH' in os.environ)"),
            'False True',
          );
        });
      });
    } finally {
      delete process.env['SECRET_OF_THE_CALLER'];
    }
  });

  it('is shared by all who ask for it at the same time, in this process and in others', async () => {
    await withData(async (data) => {
      const [first, second, other] = await Promise.all([
        startEmbeddedGateway(data, options),
        startEmbeddedGateway(data, options),
        starter(data),
      ]);
      other.kill();
      assert.equal(first.pid, second.pid);
      assert.equal(first.pid, other.pid);
      assert.equal([first, second].filter(({ reused }) => !reused).length <= 1, true);
      const status = await embeddedGatewayStatus(data);
      assert.ok(status.running && status.reused);
      const { baseUrl, token } = first.connection;
      assert.deepEqual([status.connection.baseUrl, status.connection.token], [baseUrl, token]);
    });
  });

  it('outlives who started it, and stops when it is told to, with its kernels', async () => {
    await withData(async (data) => {
      const caller = await starter(data);
      caller.kill();
      const gateway = await startEmbeddedGateway(data, options);
      assert.deepEqual([gateway.pid, gateway.reused], [caller.pid, true]);
      const kernel = await startKernel({ connection: gateway.connection, data });
      const processes = treeOf(gateway.pid);
      assert.ok(processes.length >= 3);
      kernel.session.dispose();
      assert.equal(await stopEmbeddedGateway(data), true);
      await eventually('nothing of it is left', () => !processes.some(isAlive));
      assert.deepEqual(await embeddedGatewayStatus(data), { running: false });
      assert.equal(await stopEmbeddedGateway(data), false);
    });
  });

  describe('and those who use it', () => {
    /** Long enough for a gateway that would end after one second without users. */
    const useForAWhile = async (data: DataFolder): Promise<void> => {
      const { running, ...status } = await embeddedGatewayStatus(data);
      assert.ok(running && 'connection' in status);
      await withKernel({ connection: status.connection, data }, async ({ run }) => {
        assert.equal(await run('import time; time.sleep(4); print("still there")'), 'still there');
      });
    };

    it('goes on while one of them is left, and ends with the last one, also when all are killed with -9', async () => {
      await withData(async (data) => {
        const first = await starter(data, { unusedSeconds: 1 });
        const second = await starter(data);
        assert.equal(first.pid, second.pid);
        first.kill();
        await useForAWhile(data);
        second.kill();
        await eventually('the gateway has ended', () => !isAlive(first.pid));
        assert.match(readFileSync(join(data.gateway, 'gateway.log'), 'utf8'), /Nobody has used the gateway for 1 s/);
      });
    });

    it('takes its kernels along, also one that is busy', async () => {
      await withData(async (data) => {
        const gateway = await startEmbeddedGateway(data, { ...options, unusedSeconds: 1 });
        const kernel = await startKernel({ connection: gateway.connection, data });
        void kernel.session.execute({ code: 'while True: pass' });
        const processes = treeOf(gateway.pid);
        assert.ok(processes.length >= 3);
        gateway.release();
        await eventually('nothing of it is left', () => !processes.some(isAlive));
        kernel.session.dispose();
      });
    });

    it('is there for a window that is reloaded: it waits a little for the next user', async () => {
      await withData(async (data) => {
        const before = await startEmbeddedGateway(data, { ...options, unusedSeconds: 8 });
        before.release();
        const after = await startEmbeddedGateway(data, options);
        assert.deepEqual([after.pid, after.reused], [before.pid, true]);
        after.release();
      });
    });

    it('runs on without them when it was started by name', async () => {
      await withData(async (data) => {
        const gateway = await startEmbeddedGateway(data, { ...options, unusedSeconds: 1, keep: true });
        gateway.release();
        await useForAWhile(data);
        assert.ok(isAlive(gateway.pid));
      });
    });

    it('is not stopped while one of them is left where only an unused one is to be stopped', async () => {
      await withData(async (data) => {
        const gateway = await startEmbeddedGateway(data, options);
        assert.equal(await stopUnusedGateway(data), 'in use');
        assert.ok(isAlive(gateway.pid));
        gateway.release();
        assert.equal(await stopUnusedGateway(data), true);
        assert.equal(await stopUnusedGateway(data), false);
      });
    });

    it('starts another one for who comes while it ends', async () => {
      await withData(async (data) => {
        const first = await startEmbeddedGateway(data, { ...options, unusedSeconds: 1 });
        first.release();
        await eventually('it ends', () => readFileSync(first.logFile, 'utf8').includes('Nobody has used the gateway'));
        const second = await startEmbeddedGateway(data, options);
        assert.notEqual(second.pid, first.pid);
        assert.ok(isAlive(second.pid));
        second.release();
      });
    });
  });

  it('is started anew when it was killed, with another token', async () => {
    await withData(async (data) => {
      const first = await startEmbeddedGateway(data, options);
      process.kill(first.pid, 'SIGKILL');
      await eventually('it has ended', () => !isAlive(first.pid));
      assert.deepEqual(await embeddedGatewayStatus(data), { running: false });
      const second = await startEmbeddedGateway(data, options);
      assert.equal(second.reused, false);
      assert.notEqual(second.connection.token, first.connection.token);
    });
  });

  it('never ends a process that only has the number of a former gateway', async () => {
    await withData(async (data) => {
      const first = await startEmbeddedGateway(data, options);
      await stopEmbeddedGateway(data);
      const bystander = spawn('sleep', ['60']);
      const state = { ...stateOf(first), process: { host: '', pid: bystander.pid, start: 'another time' } };
      writeFileSync(join(data.gateway, 'state.json'), JSON.stringify(state));
      assert.equal(await stopEmbeddedGateway(data), false);
      assert.ok(isAlive(bystander.pid ?? 0));
      bystander.kill();
    });
  });

  it('listens on the port that was asked for, and says when that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await withData(async (data) => {
      await assert.rejects(
        startEmbeddedGateway(data, { ...options, port }),
        (error) => isCoded(error, 'embedded.portTaken') && error.detail.port === port,
      );
      server.close();
      await once(server, 'close');
      const gateway = await startEmbeddedGateway(data, { ...options, port });
      assert.equal(gateway.connection.baseUrl, `http://127.0.0.1:${port}/`);
    });
  });

  it("runs kernels in the user's own Python, and changes over when another one is asked for", async () => {
    await withData(async (data) => {
      const own = await kernelPython();
      const first = await startEmbeddedGateway(data, { ...options, kernelPython: own });
      const again = await startEmbeddedGateway(data, { ...options, kernelPython: own });
      assert.deepEqual([again.pid, again.reused], [first.pid, true]);
      await withKernel({ connection: first.connection, data }, async ({ run }) => {
        assert.equal(await run('import sys; print(sys.executable)'), own);
      });
      const changed = await startEmbeddedGateway(data, { ...options, kernelPython: await anotherPython(own) });
      assert.deepEqual([changed.pid, changed.reused], [first.pid, true]);
      await withKernel({ connection: changed.connection, data }, async ({ run }) => {
        assert.match(await run('import sys; print(sys.executable)'), /another\/bin\/python$/);
      });
    });
  });

  it("hides the home folder from the user's own Python, but not the packages there that it imports", async () => {
    const home = await temporaryFolder('home');
    const python = await anotherPython(await kernelPython());
    mkdirSync(join(home, 'sources'));
    writeFileSync(join(home, 'sources', 'edited.py'), 'value = 42');
    writeFileSync(join(home, 'private.txt'), 'private');
    const say = 'import sysconfig; print(sysconfig.get_path("purelib"))';
    const packages = execFileSync(python, ['-c', say], { encoding: 'utf8' }).trim();
    writeFileSync(join(packages, 'edited.pth'), join(home, 'sources'));
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      await withData(async (data) => {
        const { connection } = await startEmbeddedGateway(data, { ...options, kernelPython: python });
        await withKernel({ connection, data }, async ({ run }) => {
          const code = `import edited, os; print(edited.value, os.path.exists(${JSON.stringify(join(home, 'private.txt'))}))`;
          const isMounted = (await run('import os; print(os.getcwd())')) === '/mnt/data';
          assert.equal(await run(code), isMounted ? '42 False' : '42 True');
        });
      });
    } finally {
      process.env['HOME'] = before;
    }
  });

  it('refuses a Python without ipykernel for the kernel, and says how to install it', async () => {
    const [python] = await findPythons(undefined);
    const gatewayPython = pythonForGateway([python!])!;
    // The gateway's own environment has none.
    const environment = findEnvironment(cacheFolder, gatewayRecipe(gatewayPython), gatewayPython);
    assert.ok(environment);
    await withData(async (data) => {
      await assert.rejects(
        startEmbeddedGateway(data, { ...options, kernelPython: environment.python }),
        (error) => isCoded(error, 'embedded.unfitPython') && error.detail.found.includes('pip install ipykernel'),
      );
    });
  });

  it('asks for consent before it installs anything', async () => {
    const empty = await temporaryFolder('cache');
    await withData(async (data) => {
      await assert.rejects(
        startEmbeddedGateway(data, { consent: false, cacheFolder: empty }),
        (error) =>
          isCoded(error, 'embedded.consentNeeded') && error.detail.megabytes > 100 && error.detail.folder === empty,
      );
    });
  });

  it("offers the user's own kernels, behind the same mount", async () => {
    const jupyter = await temporaryFolder('jupyter');
    const folder = join(jupyter, 'kernels', 'other');
    mkdirSync(folder, { recursive: true });
    const argv = [await kernelPython(), '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
    writeFileSync(
      join(folder, 'kernel.json'),
      JSON.stringify({ argv, display_name: 'Another kernel', language: 'other', env: { FROM_THE_SPEC: 'yes' } }),
    );
    process.env['JUPYTER_PATH'] = jupyter;
    try {
      await withData(async (data) => {
        const { connection } = await startEmbeddedGateway(data, options);
        await withKernel(
          { connection, data },
          async ({ run }) => {
            assert.equal(await run("import os; print(os.getcwd(), os.environ['FROM_THE_SPEC'])"), '/mnt/data yes');
          },
          { name: 'other' },
        );
      });
    } finally {
      delete process.env['JUPYTER_PATH'];
    }
  });
});

const stateOf = ({ connection, kind, pythonVersion, logFile }: EmbeddedGateway): Record<string, unknown> => ({
  ...{ kind, pythonVersion, logFile, baseUrl: connection.baseUrl, token: connection.token },
  ...{ gatewayPython: '', kernelPython: '', askedKernelPython: null, mountFailure: null },
});
