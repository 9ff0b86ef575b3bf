// A stock Enterprise Gateway on a data folder of its own, with the mounted kernel and the same one unwrapped.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDataFolder, type DataFolder } from '../../src/core/dataFolder.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { startEmbeddedGateway, stopEmbeddedGateway } from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { createGatewayHttp } from '../../src/core/gateway/http.ts';
import { listKernelSpecs } from '../../src/core/gateway/kernelApi.ts';

/** Kernelspecs: `/mnt/data` mounted by the wrapper, and ipykernel as it comes. */
export const mountedKernel = 'python3';
export const plainKernel = 'plain';

export interface BenchGateway {
  readonly connection: GatewayConnection;
  readonly data: DataFolder;
  /** The interpreter that the kernels run in. */
  readonly kernelPython: string;
  stop(): Promise<void>;
}

/** Adds the unwrapped kernelspec to a running gateway; resolves with the kernel's interpreter. */
const addPlainKernel = async (data: DataFolder, connection: GatewayConnection): Promise<string> => {
  const kernels = join(data.gateway, 'share', 'kernels');
  const spec = JSON.parse(await readFile(join(kernels, mountedKernel, 'kernel.json'), 'utf8')) as { argv: string[] };
  const argv = spec.argv.slice(spec.argv.indexOf('--') + 1);
  await mkdir(join(kernels, plainKernel), { mode: 0o700 });
  await writeFile(join(kernels, plainKernel, 'kernel.json'), JSON.stringify({ ...spec, argv }));
  const http = createGatewayHttp(connection);
  try {
    const deadline = Date.now() + 15_000;
    while (!(await listKernelSpecs(http)).specs.some(({ name }) => name === plainKernel)) {
      if (Date.now() > deadline) {
        throw new Error('the gateway does not see the unwrapped kernel');
      }
      await delay(100);
    }
  } finally {
    await http.dispose();
  }
  return argv[0] ?? '';
};

export const startBenchGateway = async (folder: string, cacheFolder: string): Promise<BenchGateway> => {
  const data = openDataFolder(join(folder, 'data'));
  const { connection, pid, release } = await startEmbeddedGateway(data, { consent: true, cacheFolder });
  // For an end that leaves no time: an interruption, a crash.
  const kill = (): void => {
    process.kill(pid, 'SIGTERM');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    // Held until now: a gateway that nobody uses ends, in the middle of a benchmark too.
    release();
    await stopEmbeddedGateway(data);
  };
  try {
    return { connection, data, kernelPython: await addPlainKernel(data, connection), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
