// The embedded gateway of a data folder: set up once, started when needed, shared by all windows and commands.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { delay } from '../../async.ts';
import { resolveCacheFolder, type DataFolder } from '../../dataFolder.ts';
import { CodedError, isCoded } from '../../errors.ts';
import type { Grounding } from '../../kernel/capabilities.ts';
import { probeMountSupport } from '../../kernel/wrapper/mountSupport.ts';
import { silentLog, type Log } from '../../log.ts';
import { livenessOf, processOf, thisProcess } from '../../registry/processIdentity.ts';
import type { GatewayConnection } from '../connection.ts';
import { createGatewayHttp } from '../http.ts';
import { ensureEnvironment, kernelGatewayRecipe, type Environment, type SetUpProgress } from './environments.ts';
import { writeKernelspecs } from './kernelspecs.ts';
import { withLock } from './lock.ts';
import { install, makePlan, type Plan } from './plan.ts';
import { isProven, markProven, proveKernel } from './proof.ts';
import { startServer, type Server } from './server.ts';
import { readState, removeState, writeState, type GatewayState } from './state.ts';

export interface EmbeddedOptions {
  /** Whether the user agreed to what the first installation takes. */
  readonly consent: boolean;
  /** The Python that the environments are made with. */
  readonly python?: string;
  /** The user's own Python for the kernel, instead of an environment of ours. */
  readonly kernelPython?: string;
  /** A free one unless given; a gateway that runs already keeps its own. */
  readonly port?: number;
  /** The gateway ends with this process, however that ends. Otherwise it outlives it, until nobody uses it for 4 hours. */
  readonly stopWithCaller?: boolean;
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
  /** What its kernels can have; each kernel still proves it. */
  readonly grounding: Grounding;
  /** Why `/mnt/data` can't be mounted. */
  readonly reason?: string;
}

const lockBound = 25 * 60_000;

const describe = (state: GatewayState, reused: boolean): EmbeddedGateway => ({
  connection: { baseUrl: state.baseUrl, token: state.token, embedded: true },
  pid: state.process.pid,
  kind: state.kind,
  pythonVersion: state.pythonVersion,
  logFile: state.logFile,
  reused,
  grounding: state.mountFailure === null ? 'mounted' : 'translated',
  ...(state.mountFailure !== null && { reason: state.mountFailure }),
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

const sleepUntilEnded = async (identity: GatewayState['process'], milliseconds: number): Promise<boolean> => {
  const self = thisProcess();
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    if (livenessOf(identity, self) !== 'alive') {
      return true;
    }
    await delay(50);
  }
  return false;
};

/** Ends the process of the last state, within 15 s; false when there is none to end. */
const endProcess = async (data: DataFolder): Promise<boolean> => {
  const state = readState(data);
  if (!state || livenessOf(state.process, thisProcess()) !== 'alive') {
    removeState(data);
    return false;
  }
  // On SIGTERM it ends its kernels first; on SIGKILL their death signal does.
  process.kill(state.process.pid, 'SIGTERM');
  if (!(await sleepUntilEnded(state.process, 10_000))) {
    process.kill(state.process.pid, 'SIGKILL');
    await sleepUntilEnded(state.process, 5_000);
  }
  removeState(data);
  return true;
};

/** Whether a running gateway has all that it was started with, and the kernel that is asked for now. */
const isCurrent = (state: GatewayState, options: EmbeddedOptions): boolean =>
  state.askedKernelPython === (options.kernelPython ?? null) &&
  existsSync(state.kernelPython) &&
  existsSync(state.gatewayPython);

interface Start {
  readonly data: DataFolder;
  readonly plan: Plan;
  readonly options: EmbeddedOptions;
  readonly kernelPython: string;
  readonly mountFailure: string | null;
  readonly log: Log;
}

/** Starts a gateway, and the first time with these environments proves that its kernels start. */
const startKind = async (start: Start, kind: GatewayState['kind'], environment: Environment): Promise<GatewayState> => {
  const { data, options, kernelPython } = start;
  const { signal } = options;
  const endWithCaller = options.stopWithCaller ?? false;
  const server: Server = await startServer({ data, kind, environment, port: options.port, endWithCaller, signal });
  const state: GatewayState = {
    process: processOf(server.pid),
    kind,
    baseUrl: server.baseUrl,
    token: server.token,
    pythonVersion: start.plan.gateway.python.version.join('.'),
    logFile: server.logFile,
    gatewayPython: environment.python,
    kernelPython,
    askedKernelPython: options.kernelPython ?? null,
    mountFailure: start.mountFailure,
  };
  writeState(data, state);
  if (!isProven(environment, kernelPython)) {
    try {
      await proveKernel({ baseUrl: server.baseUrl, token: server.token }, start.log, signal);
      markProven(environment, kernelPython);
    } catch (error) {
      await endProcess(data);
      throw isCoded(error, 'cancelled')
        ? error
        : new CodedError(
            'embedded.startFailed',
            {
              cause: `no kernel starts (${error instanceof Error ? error.message : String(error)})`,
              log: server.logFile,
            },
            { cause: error },
          );
    }
  }
  return state;
};

const canFallBack = (error: unknown): boolean =>
  isCoded(error, 'embedded.installFailed') || isCoded(error, 'embedded.startFailed');

const installAndStart = async (data: DataFolder, options: EmbeddedOptions, log: Log): Promise<GatewayState> => {
  const cacheFolder = options.cacheFolder ?? resolveCacheFolder();
  const { signal } = options;
  const onProgress = options.onProgress ?? (() => undefined);
  const plan = await makePlan(cacheFolder, options, signal);
  if (plan.megabytes > 0 && !options.consent) {
    throw new CodedError('embedded.consentNeeded', { megabytes: plan.megabytes, folder: cacheFolder });
  }
  const [{ gateway, kernelPython }, mountSupport] = await Promise.all([
    install(cacheFolder, plan, { onProgress, signal }),
    probeMountSupport(),
  ]);
  const mountFailure = mountSupport.supported ? null : mountSupport.reason;
  const start: Start = { data, plan, options, kernelPython, mountFailure, log };
  onProgress({ step: 'Starting the embedded gateway', reason: 'no gateway of your own is set' });
  writeKernelspecs(data, kernelPython);
  try {
    if ('failure' in gateway) {
      throw gateway.failure;
    }
    return await startKind(start, 'enterprise-gateway', gateway);
  } catch (error) {
    if (!canFallBack(error)) {
      throw error;
    }
    log.warn(`Enterprise Gateway does not work here, Kernel Gateway is tried: ${String(error)}`);
    try {
      const environment = await ensureEnvironment(cacheFolder, kernelGatewayRecipe, plan.gateway.python, {
        onProgress,
        signal,
      });
      return await startKind(start, 'kernel-gateway', environment);
    } catch (second) {
      log.warn(`Kernel Gateway does not work either: ${String(second)}`);
      throw isCoded(second, 'cancelled') ? second : error;
    }
  }
};

/**
 * The data folder's gateway: the running one, else installed (with consent) and started.
 * @throws CodedError of the `embedded.` group, `cancelled`
 */
export const startEmbeddedGateway = async (data: DataFolder, options: EmbeddedOptions): Promise<EmbeddedGateway> => {
  if (process.platform === 'win32') {
    throw new CodedError('embedded.unsupportedPlatform', { platform: 'Windows' });
  }
  const reuse = async (): Promise<EmbeddedGateway | null> => {
    const state = await runningState(data);
    if (!state || !isCurrent(state, options)) {
      return null;
    }
    writeKernelspecs(data, state.kernelPython);
    return describe(state, true);
  };
  const running = await reuse();
  return (
    running ??
    withLock(join(data.gateway, 'start.lock'), lockBound, options.signal, async () => {
      const meanwhile = await reuse();
      if (meanwhile) {
        return meanwhile;
      }
      // One that does not answer, or whose Python is another one than asked for.
      await endProcess(data);
      return describe(await installAndStart(data, options, options.log ?? silentLog), false);
    })
  );
};

/** Stops the data folder's gateway with all its kernels, within 15 s; false when it did not run. */
export const stopEmbeddedGateway = (data: DataFolder): Promise<boolean> => endProcess(data);
