// The gateway's own process: started on loopback with a random token, and watched until it answers.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { delay } from '../../async.ts';
import type { DataFolder } from '../../dataFolder.ts';
import { CodedError } from '../../errors.ts';
import { processOf } from '../../registry/processIdentity.ts';
import { createGatewayHttp } from '../http.ts';
import { identifyServer } from '../serverKind.ts';
import { causeIn } from './commands.ts';
import type { Environment } from './environments.ts';
import { writeKernelspec } from './kernelspecs.ts';
import { writeState, type GatewayState } from './state.ts';

export interface ServerStart {
  readonly data: DataFolder;
  readonly kind: GatewayState['kind'];
  readonly gateway: Environment;
  readonly kernelPython: string;
  readonly pythonVersion: string;
  readonly port: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const startBound = 60_000;
const largestLog = 5 << 20;

/** A free port, or the asked one. @throws CodedError `embedded.portTaken` */
const claimPort = (port: number | undefined): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => {
      reject(new CodedError('embedded.portTaken', { port: port ?? 0 }));
    });
    server.listen(port ?? 0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });

const openLog = (data: DataFolder): { descriptor: number; path: string; from: number } => {
  const path = join(data.gateway, 'gateway.log');
  try {
    if (statSync(path).size > largestLog) {
      renameSync(path, `${path}.1`);
    }
  } catch {
    // There is none yet.
  }
  const descriptor = openSync(path, 'a', 0o600);
  return { descriptor, path, from: statSync(path).size };
};

/** What a kernel gets of the gateway's own environment: a request with variables strips all the rest. */
const inherited = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'],
  ...[
    'SSL_CERT_FILE',
    'REQUESTS_CA_BUNDLE',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
  ],
  ...['JUPYTER_RUNTIME_DIR', 'IPYTHONDIR'],
].join(',');

const environmentFor = (start: ServerStart, port: number, token: string): NodeJS.ProcessEnv => {
  const { data } = start;
  const folder = (name: string): string => {
    const path = join(data.gateway, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const prefix = start.kind === 'enterprise-gateway' ? 'EG' : 'KG';
  return {
    ...process.env,
    // By environment, not as an argument: every user of the machine can read arguments.
    [`${prefix}_AUTH_TOKEN`]: token,
    [`${prefix}_IP`]: '127.0.0.1',
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_PORT_RETRIES`]: '0',
    EG_UNAUTHORIZED_USERS: '',
    EG_INHERITED_ENVS: inherited,
    EG_KERNEL_LAUNCH_TIMEOUT: '60',
    JUPYTER_PATH: writeKernelspec(data, start.kernelPython),
    JUPYTER_CONFIG_DIR: folder('config'),
    JUPYTER_DATA_DIR: folder('data'),
    JUPYTER_RUNTIME_DIR: folder('runtime'),
  };
};

const argumentsFor = (kind: GatewayState['kind']): string[] => {
  // The last safety net for kernels that no living process owns: their websocket is closed then.
  const culling = ['--MappingKernelManager.cull_idle_timeout=7200', '--MappingKernelManager.cull_interval=300'];
  return kind === 'enterprise-gateway'
    ? [
        '-m',
        'enterprise_gateway',
        '--RemoteMappingKernelManager.cull_idle_timeout=7200',
        '--RemoteMappingKernelManager.cull_interval=300',
      ]
    : ['-m', 'kernel_gateway', ...culling];
};

const logSince = (path: string, from: number): string => readFileSync(path).subarray(from).toString('utf8');

/**
 * Starts the gateway and waits until it answers with our token.
 * @throws CodedError `embedded.startFailed` with the cause from its log, `embedded.portTaken`, `cancelled`
 */
export const startServer = async (start: ServerStart): Promise<GatewayState> => {
  const port = await claimPort(start.port);
  const token = randomBytes(32).toString('hex');
  const log = openLog(start.data);
  const child = spawn(start.gateway.python, argumentsFor(start.kind), {
    cwd: start.data.gateway,
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor],
    env: environmentFor(start, port, token),
  });
  closeSync(log.descriptor);
  child.unref();
  let ended: string | undefined;
  child.on('exit', (status, signal) => (ended = `it ended with ${signal ?? `status ${String(status)}`}`));
  child.on('error', (error) => (ended = error.message));
  const baseUrl = `http://127.0.0.1:${port}/`;
  const http = createGatewayHttp({ baseUrl, token });
  const deadline = Date.now() + startBound;
  try {
    for (;;) {
      await delay(100, start.signal);
      if (ended !== undefined) {
        throw new CodedError('embedded.startFailed', {
          cause: causeIn(logSince(log.path, log.from)) || ended,
          log: log.path,
        });
      }
      try {
        await identifyServer(http, start.signal);
        break;
      } catch (error) {
        if (Date.now() > deadline || start.signal?.aborted) {
          throw new CodedError(
            'embedded.startFailed',
            { cause: 'it did not answer within 60 s', log: log.path },
            { cause: error },
          );
        }
      }
    }
  } catch (error) {
    if (child.pid !== undefined && ended === undefined) {
      process.kill(child.pid, 'SIGKILL');
    }
    throw error;
  } finally {
    await http.dispose();
  }
  const state: GatewayState = {
    process: processOf(child.pid ?? 0),
    kind: start.kind,
    baseUrl,
    token,
    pythonVersion: start.pythonVersion,
    logFile: log.path,
  };
  writeState(start.data, state);
  return state;
};
