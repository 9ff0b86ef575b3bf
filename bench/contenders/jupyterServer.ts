// A Jupyter Server and its Contents API: a file is one JSON value with base64 in it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureEnvironment, kernelGatewayRecipe } from '../../src/core/gateway/embedded/environments.ts';
import { findPythons } from '../../src/core/gateway/embedded/python.ts';

export interface ContentsServer {
  put(name: string, content: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array>;
  stop(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

export const startContentsServer = async (folder: string, cacheFolder: string): Promise<ContentsServer> => {
  const [python] = await findPythons(undefined);
  if (!python) {
    throw new Error('there is no Python');
  }
  // Kernel Gateway 3 is built on Jupyter Server 2.
  const environment = await ensureEnvironment(cacheFolder, kernelGatewayRecipe, python, {
    onProgress: () => undefined,
  });
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  const options = [
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    '--ServerApp.ip=127.0.0.1',
    '--no-browser',
  ];
  const child = spawn(
    environment.python,
    ['-m', 'jupyter_server', ...options, '--allow-root', `--ServerApp.root_dir=${folder}`],
    {
      stdio: 'ignore',
      env: { ...process.env, JUPYTER_TOKEN: token },
    },
  );
  const headers = { Authorization: `token ${token}`, 'Content-Type': 'application/json' };
  const address = (name: string): string => `http://127.0.0.1:${port}/api/contents/${name}`;
  const deadline = Date.now() + 30_000;
  while (
    !(await fetch(address(''), { headers }).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) {
      throw new Error('Jupyter Server did not start within 30 s');
    }
    await delay(100);
  }
  return {
    put: async (name, content) => {
      const body = JSON.stringify({ type: 'file', format: 'base64', content: Buffer.from(content).toString('base64') });
      const answer = await fetch(address(name), { method: 'PUT', headers, body });
      if (!answer.ok) {
        throw new Error(`Jupyter Server answered ${answer.status}`);
      }
      await answer.arrayBuffer();
    },
    get: async (name) => {
      const answer = await fetch(`${address(name)}?type=file&format=base64&content=1`, { headers });
      const { content } = (await answer.json()) as { readonly content: string };
      return Buffer.from(content, 'base64');
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
};
