// The embedded gateway of a data folder: set up once, started when needed, shared by all windows and commands.
import { join } from 'node:path';
import { delay } from '../../async.ts';
import { resolveCacheFolder, type DataFolder } from '../../dataFolder.ts';
import { CodedError, isCoded } from '../../errors.ts';
import { silentLog, type Log } from '../../log.ts';
import { livenessOf, thisProcess } from '../../registry/processIdentity.ts';
import type { GatewayConnection } from '../connection.ts';
import { createGatewayHttp } from '../http.ts';
import { runCommand } from './commands.ts';
import {
  ensureEnvironment,
  findEnvironment,
  gatewayRecipe,
  kernelGatewayRecipe,
  kernelRecipe,
  type SetUpProgress,
} from './environments.ts';
import { withLockFile } from './lockFile.ts';
import { findPythons, pythonForGateway, type Python } from './python.ts';
import { startServer } from './server.ts';
import { readState, removeState, type GatewayState } from './state.ts';

export interface EmbeddedOptions {
  /** Whether the user agreed to what the first installation takes. */
  readonly consent: boolean;
  /** The Python that the environments are made with. */
  readonly python?: string;
  /** The user's own Python for the kernel, instead of an environment of ours. */
  readonly kernelPython?: string;
  readonly port?: number;
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetUpProgress) => void;
  readonly log?: Log;
}

export interface EmbeddedGateway {
  readonly connection: GatewayConnection;
  readonly pid: number;
  readonly kind: GatewayState['kind'];
  readonly pythonVersion: string;
  readonly logFile: string;
  /** It ran already. */
  readonly reused: boolean;
}

const lockBound = 25 * 60_000;

const describe = (state: GatewayState, reused: boolean): EmbeddedGateway => ({
  connection: { baseUrl: state.baseUrl, token: state.token, embedded: true },
  pid: state.process.pid,
  kind: state.kind,
  pythonVersion: state.pythonVersion,
  logFile: state.logFile,
  reused,
});

/** The state of a gateway that really runs and answers, else `null`. */
const runningState = async (data: DataFolder): Promise<GatewayState | null> => {
  const state = readState(data);
  if (!state || livenessOf(state.process, thisProcess()) === 'dead') {
    return null;
  }
  const http = createGatewayHttp({ baseUrl: state.baseUrl, token: state.token });
  try {
    await http.request({ method: 'GET', path: 'api/kernelspecs', timeout: 5_000 }, [200]);
    return state;
  } catch {
    return null;
  } finally {
    await http.dispose();
  }
};

export type EmbeddedStatus = { readonly running: false } | ({ readonly running: true } & EmbeddedGateway);

/** Whether the data folder's gateway runs; starts nothing. */
export const embeddedGatewayStatus = async (data: DataFolder): Promise<EmbeddedStatus> => {
  const state = await runningState(data);
  return state ? { running: true, ...describe(state, true) } : { running: false };
};

const checkKernelPython = async (path: string, signal: AbortSignal | undefined): Promise<string> => {
  const { status, output } = await runCommand(path, ['-c', 'import sys, ipykernel; print(sys.executable)'], {
    timeout: 20_000,
    signal,
  });
  if (status !== 0) {
    const found = /No module named '?ipykernel/.test(output)
      ? 'a Python without ipykernel (install it with: pip install ipykernel)'
      : 'no working Python';
    throw new CodedError('embedded.unfitPython', { path, found, needed: 'a Python with ipykernel' });
  }
  return output.trim().split('\n').at(-1) ?? path;
};

interface Plan {
  readonly gatewayPython: Python;
  readonly kernelPython: Python;
  readonly ownKernel: string | undefined;
  /** What the consent is about; 0 when everything is there. */
  readonly megabytes: number;
}

const plan = async (cacheFolder: string, options: EmbeddedOptions): Promise<Plan> => {
  const pythons = await findPythons(options.python, options.signal);
  const gatewayPython = pythonForGateway(pythons);
  const [kernelPython] = pythons;
  if (!gatewayPython || !kernelPython) {
    throw new CodedError('embedded.noPython', { tried: [] });
  }
  const recipe = gatewayRecipe(gatewayPython);
  const missing = [
    findEnvironment(cacheFolder, recipe, gatewayPython) ? 0 : recipe.megabytes,
    options.kernelPython !== undefined || findEnvironment(cacheFolder, kernelRecipe, kernelPython)
      ? 0
      : kernelRecipe.megabytes,
  ];
  return {
    gatewayPython,
    kernelPython,
    ownKernel: options.kernelPython,
    megabytes: missing.reduce((sum, part) => sum + part, 0),
  };
};

const installAndStart = async (data: DataFolder, options: EmbeddedOptions, log: Log): Promise<GatewayState> => {
  const cacheFolder = options.cacheFolder ?? resolveCacheFolder();
  const { signal } = options;
  const onProgress = options.onProgress ?? (() => undefined);
  const planned = await plan(cacheFolder, options);
  if (planned.megabytes > 0 && !options.consent) {
    throw new CodedError('embedded.consentNeeded', { megabytes: planned.megabytes, folder: cacheFolder });
  }
  const kernelPython =
    planned.ownKernel === undefined
      ? (await ensureEnvironment(cacheFolder, kernelRecipe, planned.kernelPython, { onProgress, signal })).python
      : await checkKernelPython(planned.ownKernel, signal);
  const python = planned.gatewayPython;
  const common = { data, kernelPython, pythonVersion: python.version.join('.'), port: options.port, signal };
  onProgress({ step: 'Starting the embedded gateway', reason: 'no gateway of your own is set' });
  try {
    const gateway = await ensureEnvironment(cacheFolder, gatewayRecipe(python), python, { onProgress, signal });
    return await startServer({ ...common, kind: 'enterprise-gateway', gateway });
  } catch (error) {
    if (!isCoded(error, 'embedded.installFailed') && !isCoded(error, 'embedded.startFailed')) {
      throw error;
    }
    log.warn(`Enterprise Gateway does not work here, Kernel Gateway is tried: ${error.message}`);
    try {
      const gateway = await ensureEnvironment(cacheFolder, kernelGatewayRecipe, python, { onProgress, signal });
      return await startServer({ ...common, kind: 'kernel-gateway', gateway });
    } catch (second) {
      log.warn(`Kernel Gateway does not work either: ${String(second)}`);
      throw error;
    }
  }
};

/**
 * The data folder's gateway: the running one, else installed (with consent) and started. It outlives the caller.
 * @throws CodedError of the `embedded.` group, `cancelled`
 */
export const startEmbeddedGateway = async (data: DataFolder, options: EmbeddedOptions): Promise<EmbeddedGateway> => {
  if (process.platform === 'win32') {
    throw new CodedError('embedded.unsupportedPlatform', { platform: 'Windows' });
  }
  const running = await runningState(data);
  if (running) {
    return describe(running, true);
  }
  return withLockFile(join(data.gateway, 'start.lock'), lockBound, options.signal, async () => {
    const meanwhile = await runningState(data);
    return meanwhile
      ? describe(meanwhile, true)
      : describe(await installAndStart(data, options, options.log ?? silentLog), false);
  });
};

/** Stops the data folder's gateway with all its kernels, within 15 s; false when it did not run. */
export const stopEmbeddedGateway = async (data: DataFolder): Promise<boolean> => {
  const state = readState(data);
  const self = thisProcess();
  if (!state || livenessOf(state.process, self) !== 'alive') {
    removeState(data);
    return false;
  }
  // It ends its kernels on SIGTERM.
  process.kill(state.process.pid, 'SIGTERM');
  for (let waited = 0; waited < 12_000 && livenessOf(state.process, self) === 'alive'; waited += 100) {
    await delay(100);
  }
  if (livenessOf(state.process, self) === 'alive') {
    process.kill(state.process.pid, 'SIGKILL');
  }
  removeState(data);
  return true;
};
