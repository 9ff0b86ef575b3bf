// The embedded gateway of a data folder: set up once, started when needed, shared by all windows and commands.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveCacheFolder, type DataFolder } from '../../dataFolder.ts';
import { causeOf, CodedError, isCoded } from '../../errors.ts';
import type { Grounding } from '../../kernel/capabilities.ts';
import { probeMountSupport } from '../../kernel/wrapper/mountSupport.ts';
import { silentLog, type Log } from '../../log.ts';
import { processOf } from '../../registry/processIdentity.ts';
import type { GatewayConnection } from '../connection.ts';
import { ensureEnvironment, kernelGatewayRecipe, type Environment, type SetUpProgress } from './environments.ts';
import { writeKernelspecs, type Hiding } from './kernelspecs.ts';
import { readLastWords } from './lastWords.ts';
import { withLock } from './lock.ts';
import { install, makePlan, type Installed, type Plan } from './plan.ts';
import { isProven, markProven, proveKernel } from './proof.ts';
import { endProcess, runningState } from './running.ts';
import { startServer } from './server.ts';
import { writeState, type GatewayState } from './state.ts';
import { setKeep, useGateway, whileUnused } from './users.ts';

export interface EmbeddedOptions {
  /** Whether the user agreed to what the first installation takes. */
  readonly consent: boolean;
  /** The Python that the environments are made with. */
  readonly python?: string;
  /** The user's own Python for the kernel, instead of an environment of ours. */
  readonly kernelPython?: string;
  /** Gives kernels a home folder of their own, where mounts are possible; on unless told otherwise. */
  readonly hideHome?: boolean;
  /** Gives kernels no network; a start without it is refused where that is impossible. */
  readonly hideNetwork?: boolean;
  /** A free one unless given; a gateway that runs already keeps its own. */
  readonly port?: number;
  /** The gateway runs on when nobody uses it any more, for 4 hours; else it ends {@link unusedSeconds} later. */
  readonly keep?: boolean;
  /** For a gateway that is started now; 30 unless given. Long enough for a window that is reloaded. */
  readonly unusedSeconds?: number;
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
  /** Ends this process's use of it; when it was the last one, the gateway ends. To be held on to, see {@link useGateway}. */
  readonly release: () => void;
}

const lockBound = 25 * 60_000;

type Description = Omit<EmbeddedGateway, 'release'>;

const describe = (data: DataFolder, state: GatewayState, reused: boolean): Description => ({
  connection: {
    ...{ baseUrl: state.baseUrl, token: state.token, embedded: true },
    lastWords: (kernelId) => readLastWords(data, kernelId),
  },
  pid: state.process.pid,
  kind: state.kind,
  pythonVersion: state.pythonVersion,
  logFile: state.logFile,
  reused,
  grounding: state.mountFailure === null ? 'mounted' : 'translated',
  ...(state.mountFailure !== null && { reason: state.mountFailure }),
});

export type EmbeddedStatus = { readonly running: false } | ({ readonly running: true } & Description);

/** Whether the data folder's gateway runs; starts nothing. */
export const embeddedGatewayStatus = async (data: DataFolder): Promise<EmbeddedStatus> => {
  const state = await runningState(data);
  return state ? { running: true, ...describe(data, state, true) } : { running: false };
};

const hidingOf = ({ hideHome = true, hideNetwork = false }: EmbeddedOptions): Hiding => ({
  home: hideHome,
  network: hideNetwork,
});

/** @throws CodedError `embedded.networkNotHidden` where that is asked for and can't be */
const checkHiding = (
  options: EmbeddedOptions,
  { mountFailure, socketFiles }: Pick<GatewayState, 'mountFailure' | 'socketFiles'>,
): void => {
  const reason = mountFailure ?? (socketFiles ? null : 'the gateway that runs reaches its kernels over TCP only');
  if (hidingOf(options).network && reason !== null) {
    throw new CodedError('embedded.networkNotHidden', { reason });
  }
};

/** Brings the kernels of a gateway up to date with what is asked for now. */
const offerKernels = (
  data: DataFolder,
  options: EmbeddedOptions,
  { kernelPython, kernelFolders, socketFiles }: Pick<GatewayState, 'kernelPython' | 'kernelFolders' | 'socketFiles'>,
): void => {
  writeKernelspecs(data, { kernelPython, kernelFolders, socketFiles, hiding: hidingOf(options) });
};

/** Whether a running gateway has all that it was started with. */
const isWhole = (state: GatewayState): boolean => existsSync(state.gatewayPython);

/** Whether it has the kernel that is asked for now. */
const hasKernel = (state: GatewayState, options: EmbeddedOptions): boolean =>
  state.askedKernelPython === (options.kernelPython ?? null) && existsSync(state.kernelPython);

/** The first time with these two Pythons: proves that kernels start. @throws CodedError `embedded.startFailed`, `cancelled` */
const prove = async (
  data: DataFolder,
  state: GatewayState,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (isProven(state)) {
    return;
  }
  try {
    await proveKernel(data, state, log, signal);
    markProven(state);
  } catch (error) {
    if (isCoded(error, 'cancelled')) {
      throw error;
    }
    const cause = `no kernel starts (${causeOf(error)})`;
    throw new CodedError('embedded.startFailed', { cause, log: state.logFile }, { cause: error });
  }
};

interface Prepared {
  readonly plan: Plan;
  readonly installed: Installed;
  readonly mountFailure: string | null;
}

/** Finds and installs what is needed. @throws CodedError `embedded.consentNeeded`, those of {@link makePlan} and {@link install} */
const prepare = async (cacheFolder: string, options: EmbeddedOptions): Promise<Prepared> => {
  const { signal, onProgress = () => undefined } = options;
  const plan = await makePlan(cacheFolder, options, signal);
  if (plan.megabytes > 0 && !options.consent) {
    throw new CodedError('embedded.consentNeeded', { megabytes: plan.megabytes, folder: cacheFolder });
  }
  const [installed, support] = await Promise.all([
    install(cacheFolder, plan, { onProgress, signal }),
    probeMountSupport(),
  ]);
  return { plan, installed, mountFailure: support.supported ? null : support.reason };
};

/** Starts a gateway of this kind; one whose kernels don't start is ended again. */
const startKind = async (
  data: DataFolder,
  options: EmbeddedOptions,
  { plan, installed, mountFailure }: Prepared,
  kind: GatewayState['kind'],
  environment: Environment,
): Promise<GatewayState> => {
  const { port, signal, unusedSeconds, log = silentLog } = options;
  const { pid, baseUrl, token, logFile } = await startServer({
    ...{ data, kind, environment, port, signal, unusedSeconds },
  });
  const state: GatewayState = {
    process: processOf(pid),
    ...{ kind, baseUrl, token, logFile, mountFailure },
    pythonVersion: plan.gateway.python.version.join('.'),
    gatewayPython: environment.python,
    kernelPython: installed.kernelPython,
    kernelFolders: [...installed.kernelFolders],
    askedKernelPython: options.kernelPython ?? null,
    socketFiles: kind === 'enterprise-gateway' && process.platform === 'linux',
  };
  offerKernels(data, options, state);
  writeState(data, state);
  try {
    await prove(data, state, log, signal);
  } catch (error) {
    await endProcess(data);
    throw error;
  }
  return state;
};

const canFallBack = (error: unknown): boolean =>
  isCoded(error, 'embedded.installFailed') || isCoded(error, 'embedded.startFailed');

/** Starts Enterprise Gateway, or Kernel Gateway where that does not work. */
const start = async (
  data: DataFolder,
  cacheFolder: string,
  options: EmbeddedOptions,
  prepared: Prepared,
): Promise<GatewayState> => {
  const { signal, onProgress = () => undefined, log = silentLog } = options;
  const { gateway } = prepared.installed;
  onProgress({ step: 'Starting the embedded gateway', reason: 'no gateway of your own is set' });
  try {
    if ('failure' in gateway) {
      throw gateway.failure;
    }
    return await startKind(data, options, prepared, 'enterprise-gateway', gateway);
  } catch (error) {
    if (!canFallBack(error) || hidingOf(options).network) {
      throw error;
    }
    log.warn(`Enterprise Gateway does not work here, Kernel Gateway is tried: ${String(error)}`);
    try {
      const { python } = prepared.plan.gateway;
      const environment = await ensureEnvironment(cacheFolder, kernelGatewayRecipe, python, { onProgress, signal });
      return await startKind(data, options, prepared, 'kernel-gateway', environment);
    } catch (second) {
      log.warn(`Kernel Gateway does not work either: ${String(second)}`);
      throw isCoded(second, 'cancelled') ? second : error;
    }
  }
};

/** Gives a running gateway another Python for its next kernels; those that run keep theirs. */
const changeKernel = async (
  data: DataFolder,
  running: GatewayState,
  options: EmbeddedOptions,
  { installed }: Prepared,
): Promise<GatewayState> => {
  const state = {
    ...running,
    kernelPython: installed.kernelPython,
    kernelFolders: [...installed.kernelFolders],
    askedKernelPython: options.kernelPython ?? null,
  };
  offerKernels(data, options, state);
  try {
    await prove(data, state, options.log ?? silentLog, options.signal);
  } catch (error) {
    offerKernels(data, options, running);
    throw error;
  }
  writeState(data, state);
  return state;
};

/** Long enough for a gateway that is busy: one that is taken for dead is ended with all its kernels. */
const patience = 20_000;

const startLocked = async (data: DataFolder, options: EmbeddedOptions): Promise<Description> => {
  const running = await runningState(data, patience);
  const usable = running && isWhole(running) ? running : null;
  if (usable && hasKernel(usable, options)) {
    checkHiding(options, usable);
    offerKernels(data, options, usable);
    return describe(data, usable, true);
  }
  const cacheFolder = options.cacheFolder ?? resolveCacheFolder();
  const prepared = await prepare(cacheFolder, options);
  checkHiding(options, { mountFailure: prepared.mountFailure, socketFiles: usable?.socketFiles ?? true });
  if (!usable) {
    await endProcess(data);
    setKeep(data, options.keep ?? false);
    return describe(data, await start(data, cacheFolder, options, prepared), false);
  }
  return describe(data, await changeKernel(data, usable, options, prepared), true);
};

const reuseOrStart = async (data: DataFolder, options: EmbeddedOptions): Promise<Description> => {
  const running = await runningState(data);
  if (running && isWhole(running) && hasKernel(running, options)) {
    checkHiding(options, running);
    offerKernels(data, options, running);
    return describe(data, running, true);
  }
  return withLock(join(data.gateway, 'start.lock'), lockBound, options.signal, () => startLocked(data, options));
};

/**
 * The data folder's gateway: the running one, else installed (with consent) and started. It ends when nobody uses it any more, unless
 * it is to be kept; this process uses it until it releases it or ends.
 * @throws CodedError of the `embedded.` group, `cancelled`
 */
export const startEmbeddedGateway = async (data: DataFolder, options: EmbeddedOptions): Promise<EmbeddedGateway> => {
  if (process.platform === 'win32') {
    throw new CodedError('embedded.unsupportedPlatform', { platform: 'Windows' });
  }
  // Before the look at what runs: one that is found then can't end meanwhile.
  const release = await useGateway(data, options.signal);
  try {
    const gateway = await reuseOrStart(data, options);
    if (options.keep === true) {
      setKeep(data, true);
    }
    return { ...gateway, release };
  } catch (error) {
    release();
    throw error;
  }
};

/** Stops the data folder's gateway with all its kernels, within 15 s, whoever uses it; false when it did not run. */
export const stopEmbeddedGateway = async (data: DataFolder): Promise<boolean> => {
  setKeep(data, false);
  return endProcess(data);
};

/** The same where no window and no command uses it; `in use` where one does. */
export const stopUnusedGateway = async (data: DataFolder): Promise<boolean | 'in use'> =>
  (await whileUnused(data, () => stopEmbeddedGateway(data))) ?? 'in use';
