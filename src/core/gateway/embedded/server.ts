// The gateway's own process: started on loopback with a random token, and watched until it answers.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { delay } from '../../async.ts';
import type { DataFolder } from '../../dataFolder.ts';
import { CodedError, isCoded } from '../../errors.ts';
import { resourcePath } from '../../resources.ts';
import { createGatewayHttp } from '../http.ts';
import { causeIn } from './commands.ts';
import { wordsFolder } from './lastWords.ts';
import type { Environment } from './environments.ts';
import { gatewayEnvironment, inheritedVariables } from './environmentVariables.ts';
import type { GatewayState } from './state.ts';
import { keepFile, usersFile } from './users.ts';

export interface ServerStart {
  readonly data: DataFolder;
  readonly kind: GatewayState['kind'];
  readonly environment: Environment;
  /** A free one unless given. */
  readonly port: number | undefined;
  /** How long it goes on when nobody uses it any more. */
  readonly unusedSeconds: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A gateway that answers. */
export interface Server {
  readonly pid: number;
  readonly baseUrl: string;
  readonly token: string;
  readonly logFile: string;
}

const startBound = 60_000;
const largestLog = 5 << 20;
/** An open connection keeps a kernel; nobody is left who would end these. */
const cullIdleSeconds = 2 * 3600;
/** Without kernels and requests; for one that is kept running, or where its users can't be seen. */
const endIdleSeconds = 4 * 3600;
/** A window that is reloaded is back by then. */
const usualUnusedSeconds = 30;

/** @throws CodedError `embedded.portTaken` */
const checkPort = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => {
      reject(new CodedError('embedded.portTaken', { port }));
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve();
      });
    });
  });

const readPort = (path: string): number | null => {
  try {
    return Number(readFileSync(path, 'utf8')) || null;
  } catch {
    return null;
  }
};

const answers = async (baseUrl: string, token: string, signal: AbortSignal | undefined): Promise<boolean> => {
  const http = createGatewayHttp({ baseUrl, token });
  try {
    await http.request({ method: 'GET', path: 'api/kernelspecs', timeout: 5_000, ...(signal && { signal }) }, [200]);
    return true;
  } catch (error) {
    if (isCoded(error, 'cancelled')) {
      throw error;
    }
    return false;
  } finally {
    await http.dispose();
  }
};

const launch = (start: ServerStart, token: string, portFile: string, logFile: string): ChildProcess => {
  for (const name of ['config', 'data', 'runtime']) {
    mkdirSync(join(start.data.gateway, name), { recursive: true, mode: 0o700 });
  }
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(start.environment.python, [resourcePath('gateway/embedded/python/start_gateway.py')], {
      cwd: start.data.gateway,
      detached: true,
      stdio: ['pipe', log, log],
      env: gatewayEnvironment(start.data),
    });
    const settings = {
      ...{ kind: start.kind, port: start.port ?? 0, token, portFile, logFile, largestLog },
      ...{ inheritedVariables, cullIdleSeconds, endIdleSeconds },
      ...{ usersFile: usersFile(start.data), keepFile: keepFile(start.data) },
      endUnusedSeconds: start.unusedSeconds ?? usualUnusedSeconds,
      socketFolder: join(start.data.gateway, 'sockets'),
      wordsFolder: wordsFolder(start.data),
    };
    // Not by argument, environment or file: other programs, and kernels without the mount, could read those.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${JSON.stringify(settings)}\n`);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
};

/** Resolves with the address once the gateway answers under our token. */
const waitForAnswer = async (
  child: ChildProcess,
  token: string,
  portFile: string,
  signal: AbortSignal | undefined,
): Promise<string> => {
  let ended: string | undefined;
  child.once('exit', (status, endedBy) => (ended = `it ended with ${endedBy ?? `status ${String(status)}`}`));
  child.once('error', (error) => (ended = error.message));
  const deadline = Date.now() + startBound;
  while (Date.now() < deadline) {
    await delay(50, signal);
    if (ended !== undefined) {
      throw new Error(ended);
    }
    const port = readPort(portFile);
    const baseUrl = `http://127.0.0.1:${String(port)}/`;
    if (port !== null && (await answers(baseUrl, token, signal))) {
      return baseUrl;
    }
  }
  throw new Error('it did not answer within 60 s');
};

/** The cause from what was logged since the start. */
const startFailure = (error: unknown, logFile: string, from: number): CodedError => {
  const logged = readFileSync(logFile).subarray(from).toString('utf8');
  const cause = causeIn(logged) || (error instanceof Error ? error.message : String(error));
  return new CodedError('embedded.startFailed', { cause, log: logFile }, { cause: error });
};

/**
 * Starts the gateway and waits until it answers with our token, 60 s at most.
 * @throws CodedError `embedded.startFailed` with the cause from its log, `embedded.portTaken`, `cancelled`
 */
export const startServer = async (start: ServerStart): Promise<Server> => {
  if (start.port !== undefined) {
    await checkPort(start.port);
  }
  const token = randomBytes(32).toString('hex');
  const portFile = join(start.data.gateway, 'port');
  const logFile = join(start.data.gateway, 'gateway.log');
  rmSync(portFile, { force: true });
  const from = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const child = launch(start, token, portFile, logFile);
  try {
    const baseUrl = await waitForAnswer(child, token, portFile, start.signal);
    return { pid: child.pid ?? 0, baseUrl, token, logFile };
  } catch (error) {
    child.kill('SIGKILL');
    throw isCoded(error) ? error : startFailure(error, logFile, from);
  }
};
