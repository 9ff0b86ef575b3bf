// An Enterprise Gateway as an administrator would start it: its own token, kernels without our wrapper.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { findEnvironment, gatewayRecipe, kernelRecipe } from '../../src/core/gateway/embedded/environments.ts';
import { findPythons, pythonForGateway } from '../../src/core/gateway/embedded/python.ts';
import { createGatewayHttp } from '../../src/core/gateway/http.ts';
import { wrapperPath } from '../../src/core/kernel/wrapper/mountSupport.ts';
import { identifyServer } from '../../src/core/gateway/serverKind.ts';
import { atExit, cacheFolder, temporaryFolder } from './places.ts';
import { eventually } from './processes.ts';

export interface StockGateway {
  readonly connection: GatewayConnection;
  readonly pid: number;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });

/** One line of Python that IPython runs first. */
const cellsToBash = `get_ipython().input_transformers_cleanup.append(lambda lines: ['get_ipython().run_cell_magic("bash", "", %r)' % ''.join(lines)])`;

/** What the set-up of the tests installed. */
export const environments = async (): Promise<{ gateway: string; kernel: string }> => {
  const pythons = await findPythons(undefined);
  const [forKernel] = pythons;
  const forGateway = pythonForGateway(pythons);
  const kernel = forKernel && findEnvironment(cacheFolder, kernelRecipe, forKernel);
  const gateway = forGateway && findEnvironment(cacheFolder, gatewayRecipe(forGateway), forGateway);
  if (!kernel || !gateway) {
    throw new Error(`there are no environments in ${cacheFolder}: run npm test once`);
  }
  return { gateway: gateway.python, kernel: kernel.python };
};

/**
 * Starts a gateway with the kernels `python3`, `mounted` (behind the wrapper) and `elsewhere`: the last one does not see `hidden`, like
 * a kernel on another machine. `shell` and `shell-elsewhere` are the same for a kernel that gives each cell to bash.
 */
export const startStockGateway = async (hidden: string): Promise<StockGateway> => {
  const { gateway, kernel } = await environments();
  const folder = await temporaryFolder('stock');
  const command = [kernel, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
  const hide = 'mount -t tmpfs tmpfs "$0" && exec "$@"';
  const elsewhere = (argv: readonly string[]): string[] => [
    ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', hide, hidden],
    ...argv,
  ];
  const shell = [...command, `--IPKernelApp.exec_lines=${cellsToBash}`];
  const kernels: Record<string, string[]> = {
    python3: command,
    elsewhere: elsewhere(command),
    shell,
    'shell-elsewhere': elsewhere(shell),
    // As docs/administrators.md says it for a plain host.
    mounted: [
      ...['/bin/sh', wrapperPath(), '--root', join(hidden, 'uploads'), '--hide', hidden],
      ...[
        '--keep',
        dirname(dirname(kernel)),
        '--hide-home',
        '--connection-file',
        '{connection_file}',
        '--',
        ...command,
      ],
    ],
  };
  for (const [name, argv] of Object.entries(kernels)) {
    await mkdir(join(folder, 'share', 'kernels', name), { recursive: true });
    const spec = { argv, display_name: name, language: name.startsWith('shell') ? 'bash' : 'python' };
    await writeFile(join(folder, 'share', 'kernels', name, 'kernel.json'), JSON.stringify(spec));
  }
  const token = randomBytes(16).toString('hex');
  const port = await freePort();
  const child = spawn(gateway, ['-m', 'enterprise_gateway'], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      EG_AUTH_TOKEN: token,
      EG_IP: '127.0.0.1',
      EG_PORT: String(port),
      EG_PORT_RETRIES: '0',
      EG_UNAUTHORIZED_USERS: '',
      JUPYTER_PATH: join(folder, 'share'),
    },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const spare = atExit(() => child.kill('SIGKILL'));
  const connection = { baseUrl: `http://127.0.0.1:${port}/`, token };
  const http = createGatewayHttp(connection);
  try {
    await eventually('the gateway answers', async () => {
      try {
        return await identifyServer(http);
      } catch {
        return null;
      }
    });
  } finally {
    await http.dispose();
  }
  return {
    connection,
    pid: child.pid ?? 0,
    stop: async () => {
      spare();
      child.kill('SIGTERM');
      await ended;
    },
  };
};
