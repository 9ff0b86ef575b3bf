// One message's kernel: leased, launched, connected, probed, and made ready by the user's init code.
import { randomBytes, randomUUID } from 'node:crypto';
import { lstat, open, readFile, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { CodedError, isCoded } from '../errors.ts';
import { connectKernel, type KernelSession } from '../gateway/kernelSession.ts';
import type { KernelModel } from '../gateway/kernelApi.ts';
import { launchKernel, removeKernel } from '../gateway/launch.ts';
import {
  bootstrapRequest,
  mappingOf,
  moveRequest,
  nonceAnswer,
  parseBootstrapReply,
  seesWorkspace,
  type KernelProbe,
  type KernelRequest,
} from '../kernel/bootstrap.ts';
import type { Grounding, Reach } from '../kernel/capabilities.ts';
import { openTransfer } from '../kernel/transfer/transfer.ts';
import type { Log } from '../log.ts';
import { virtualRoot } from '../paths/virtualPath.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import { boundedRemoval, createChannel, type MessageChannel } from './channel/channel.ts';
import { worksBeside } from './channel/carrier.ts';
import { folderToBe, newOwnerMark, removeKernelHome, type OwnerMark } from './channel/kernelHome.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';
import { chooseKernelSpec } from './kernelChoice.ts';
import { groundOtherLanguage, type OtherGrounding } from './otherLanguage.ts';
import { awaitReady } from './kernelReady.ts';
import type { RunSettings } from './request.ts';
import { noTranslation, translateOutputs, type OutputTranslator } from './translation.ts';

export interface MessageKernel {
  readonly workspace: Workspace;
  readonly gateway: ConnectedGateway;
  readonly session: KernelSession;
  readonly kernelName: string;
  readonly language: string;
  readonly grounding: Grounding;
  /** Why grounding is not mounted, in the kernel's words; empty where it is. */
  readonly groundingReason: string;
  readonly reach: Reach;
  /** Why no folder is shared, as it was found; empty where one is. */
  readonly reachReason: string;
  /** The folder that `/mnt/data` means, as the kernel's machine sees it. */
  readonly kernelFolder: string;
  /** The spellings of that folder, and of those that it meant before, that output can hold; none where it is mounted. */
  readonly realPaths: readonly string[];
  readonly translate: OutputTranslator;
  readonly probe: KernelProbe | null;
  /** How files travel where no folder is shared; `null` where one is. */
  readonly channel: KernelChannel | null;
}

/** The message's files on the kernel's machine. */
export interface KernelChannel extends MessageChannel {
  /** By it another kernel proves that it sees the same folder. */
  readonly owner: OwnerMark;
  /** The Python kernel that gives and takes the files: the message's own, or one beside it. */
  readonly carrier: KernelSession;
  /** Removes a carrier that is not the message's own kernel. */
  readonly release: (() => Promise<void>) | undefined;
}

/** Keeps book of a kernel's own folder, from before it is made. */
export interface FolderNotes {
  /** @param folder - as the kernel's machine names it; `folderToBe` until that is known */
  note(
    session: Pick<KernelSession, 'kernelId' | 'kernelName'>,
    workspace: Workspace,
    mark: string,
    folder: string,
  ): void;
  forget(mark: string): void;
}

export interface KernelStart {
  readonly gateway: ConnectedGateway;
  readonly workspace: Workspace;
  readonly kernelName: string;
  readonly language: string;
  readonly kernelId: string;
  readonly settings: RunSettings;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
  readonly inBackground: (work: Promise<void>) => void;
  /** The id under which the gateway really has the kernel, where it did not take ours. */
  readonly onLaunched: (kernelId: string) => void;
  readonly folders: FolderNotes;
}

/** The workspace as the kernel's machine sees it. */
const folderForKernel = (workspace: Workspace, settings: RunSettings): string =>
  settings.kernelDataDir === null
    ? workspace.path
    : posix.join(settings.kernelDataDir.replace(/\\/g, '/'), 'uploads', workspace.folder);

/** What the kernel's wrapper is told. A mount is a shared folder, and the folder of one message. */
const wrapperGrounding = (settings: RunSettings): string => {
  if (settings.reach === 'channel' || settings.kernelScope === 'chat') {
    return 'translated';
  }
  return settings.grounding === 'untranslated' ? 'auto' : settings.grounding;
};

/**
 * Starts a message's kernel and proves what it can do.
 * @throws CodedError of the `kernel.` group, `cancelled`; the kernel is removed then
 */
export const startMessageKernel = async (start: KernelStart): Promise<MessageKernel> => {
  const { gateway, settings, log } = start;
  const kernelFolder = folderForKernel(start.workspace, settings);
  const model = await launchKernel(gateway.http, {
    kernelId: start.kernelId,
    name: start.kernelName,
    user: start.workspace.key.user,
    launchTimeout: settings.launchTimeoutSeconds,
    env: {
      // base64: a remote launcher's shell expands what is in plain text.
      KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(kernelFolder).toString('base64'),
      KERNEL_CODE_INTERPRETER_GROUNDING: wrapperGrounding(settings),
    },
    log,
    inBackground: start.inBackground,
    ...(start.signal && { signal: start.signal }),
  });
  start.onLaunched(model.id);
  try {
    return await makeReady(start, model, kernelFolder);
  } catch (error) {
    start.inBackground(removeKernel(gateway.http, model.id, log).then(() => undefined));
    throw error;
  }
};

/** Milliseconds for a kernel that another window had to answer. */
const adoptionBound = 15_000;

/**
 * Goes on with a kernel that another process had set up and let go: its variables live on. `undefined` when it does not answer.
 * @throws CodedError as {@link startMessageKernel}; the kernel is still there then
 */
export const adoptMessageKernel = async (
  start: Omit<KernelStart, 'onLaunched' | 'kernelId'>,
  model: KernelModel,
  left: readonly { readonly folder: string; readonly forget: () => void }[],
): Promise<MessageKernel | undefined> => {
  const { gateway, log, settings, signal, workspace } = start;
  const session = await connectKernel(gateway.http, model, { clientId: randomUUID(), log });
  try {
    if (!(await session.ready(adoptionBound, signal))) {
      throwIfAborted(signal);
      session.dispose();
      return undefined;
    }
    // What was made in its own folder was fetched at the end of its last run; a new folder has a mark of ours.
    for (const { folder, forget } of left) {
      if (await removeKernelHome(session, folder, log)) {
        forget();
      }
    }
    return await groundKernel({ ...start, again: true }, session, folderForKernel(workspace, settings));
  } catch (error) {
    session.dispose();
    throw error;
  }
};

const makeReady = async (start: KernelStart, model: KernelModel, kernelFolder: string): Promise<MessageKernel> => {
  const { settings, log, gateway } = start;
  const session = await connectKernel(gateway.http, model, { clientId: randomUUID(), log });
  try {
    // The upgrade itself waits for the kernel, up to a minute on a gateway.
    await awaitReady(session, { ...start, seconds: settings.launchTimeoutSeconds + 75 });
    const kernel = await groundKernel(start, session, kernelFolder);
    try {
      await runInitCode(kernel, settings.initCode);
    } catch (error) {
      if (kernel.channel) {
        await leaveFolder(start, kernel.channel.carrier, kernel.channel);
        await kernel.channel.release?.();
      }
      throw error;
    }
    return kernel;
  } catch (error) {
    session.dispose();
    throw error;
  }
};

/** What decides what `/mnt/data` is for a kernel. */
type GroundingRequest = Pick<
  KernelStart,
  'gateway' | 'workspace' | 'kernelName' | 'language' | 'settings' | 'log' | 'signal' | 'folders' | 'inBackground'
> & {
  /** The kernel's side runs already. */
  readonly again?: boolean;
};

const groundKernel = async (
  start: GroundingRequest,
  session: KernelSession,
  kernelFolder: string,
): Promise<MessageKernel> => {
  const { settings } = start;
  const common = {
    workspace: start.workspace,
    gateway: start.gateway,
    session,
    kernelName: start.kernelName,
    language: start.language,
  };
  if (start.language !== 'python') {
    let found: OtherGrounding;
    try {
      found = await groundOtherLanguage(session, start.language, start.workspace, kernelFolder, settings);
    } catch (error) {
      const carried =
        isCoded(error, 'kernel.reachUnavailable') && settings.reach !== 'shared'
          ? await groundCarried(start, session, kernelFolder)
          : undefined;
      if (carried === undefined) {
        throw error;
      }
      return { ...common, ...carried };
    }
    const realPaths = found.grounding === 'translated' ? [found.folder] : [];
    return {
      ...common,
      grounding: found.grounding,
      groundingReason: found.reason,
      reach: 'shared',
      reachReason: '',
      kernelFolder: found.folder,
      realPaths,
      translate: realPaths.length > 0 ? translateOutputs({ realPaths }) : noTranslation,
      probe: null,
      channel: null,
    };
  }
  const owner = newOwnerMark();
  start.folders.note(session, start.workspace, owner.content, folderToBe(owner));
  let { probe, proven } = await probeKernel(session, start, kernelFolder, owner);
  if (seesWorkspace(probe) && !proven && settings.reach !== 'shared') {
    // A copy of the workspace, or one whose writes do not arrive here: no folder to work in.
    const apart = { ...start, again: true, settings: { ...settings, reach: 'channel' as const } };
    ({ probe, proven } = await probeKernel(session, apart, kernelFolder, owner));
  }
  const sees = seesWorkspace(probe);
  if (sees) {
    start.folders.forget(owner.content);
  } else {
    start.folders.note(session, start.workspace, owner.content, probe.workspace);
  }
  try {
    return { ...common, ...(await groundPython(start, session, kernelFolder, { probe, proven, owner })) };
  } catch (error) {
    if (!sees) {
      await leaveFolder(start, session, { folder: probe.workspace, owner });
    }
    throw error;
  }
};

/**
 * Lets a Python kernel beside a kernel of another language carry its files. `undefined` where there is none that sees the same folder.
 * @throws CodedError of the `kernel.` group, `cancelled`
 */
const groundCarried = async (
  start: GroundingRequest,
  session: KernelSession,
  kernelFolder: string,
): Promise<Grounded | undefined> => {
  const { gateway, inBackground, language, log, settings } = start;
  const spec = chooseKernelSpec(gateway.server, null);
  if (spec.language !== 'python' || settings.grounding === 'mounted') {
    return undefined;
  }
  const kernelId = randomUUID();
  const carrier = await startMessageKernel({
    ...start,
    kernelName: spec.name,
    language: spec.language,
    kernelId,
    settings: { ...settings, reach: 'channel', grounding: 'translated', initCode: '' },
    onLaunched: () => undefined,
  });
  const { channel } = carrier;
  const release = async (): Promise<void> => {
    carrier.session.dispose();
    await removeKernel(gateway.http, carrier.session.kernelId, log);
  };
  if (channel !== null && (await worksBeside(session, language, carrier.session, carrier.kernelFolder))) {
    const realPaths = [carrier.kernelFolder];
    return {
      grounding: settings.grounding === 'untranslated' ? 'untranslated' : 'translated',
      groundingReason: `a Python kernel carries the files of ${language} kernels`,
      reach: 'channel',
      reachReason:
        settings.reach === 'channel' ? 'it was asked for' : `the kernel's machine does not show ${kernelFolder}`,
      kernelFolder: carrier.kernelFolder,
      realPaths,
      translate: settings.grounding === 'untranslated' ? noTranslation : translateOutputs({ realPaths }),
      probe: null,
      channel: { ...channel, release },
    };
  }
  if (channel !== null) {
    await leaveFolder({ ...start, settings: { ...settings, keepKernelFolder: false } }, carrier.session, channel);
    channel.dispose();
  }
  inBackground(release());
  return undefined;
};

/** Takes away the folder of a kernel that does not come to be used. */
const leaveFolder = async (
  { settings, folders, log }: Pick<KernelStart, 'settings' | 'folders' | 'log'>,
  session: KernelSession,
  { folder, owner }: Pick<KernelChannel, 'folder' | 'owner'>,
): Promise<void> => {
  if (settings.keepKernelFolder) {
    folders.forget(owner.content);
    return;
  }
  await boundedRemoval(
    removeKernelHome(session, folder, log).then((removed) => {
      if (removed) {
        folders.forget(owner.content);
      }
    }),
  );
};

/** What was found for a kernel. */
type Grounded = Omit<MessageKernel, 'workspace' | 'gateway' | 'session' | 'kernelName' | 'language'>;

/** @throws CodedError `kernel.groundingUnavailable`, `kernel.reachUnavailable`, those of the transfer */
const groundPython = async (
  start: GroundingRequest,
  session: KernelSession,
  kernelFolder: string,
  { probe, proven, owner }: { readonly probe: KernelProbe; readonly proven: boolean; readonly owner: OwnerMark },
): Promise<Grounded> => {
  const { settings } = start;
  const { grounding } = probe;
  const reason = grounding === 'mounted' ? '' : (probe.mountFailure ?? '');
  const reach: Reach = proven && seesWorkspace(probe) ? 'shared' : 'channel';
  if (settings.grounding === 'mounted' && grounding !== 'mounted') {
    throw new CodedError('kernel.groundingUnavailable', { wanted: 'mounted', found: grounding, reason });
  }
  if (settings.reach === 'shared' && reach !== 'shared') {
    throw new CodedError('kernel.reachUnavailable', {
      wanted: 'shared',
      found: reach,
      reason: notShown(probe, kernelFolder),
    });
  }
  const channel = reach === 'channel' ? await openChannel(start, session, probe, owner) : null;
  return {
    grounding,
    groundingReason: reason,
    reach,
    reachReason:
      reach === 'shared' ? '' : settings.reach === 'channel' ? 'it was asked for' : notShown(probe, kernelFolder),
    kernelFolder: probe.workspace,
    realPaths: mappingOf(probe).realPaths,
    translate: grounding === 'translated' ? translateOutputs(mappingOf(probe)) : noTranslation,
    probe,
    channel,
  };
};

/** Why a folder is not shared. */
const notShown = ({ problems }: KernelProbe, kernelFolder: string): string => {
  const unanswered = problems.find((problem) => problem.startsWith('answer: '));
  return unanswered === undefined
    ? `the kernel's machine does not show ${kernelFolder}`
    : `the kernel sees ${kernelFolder}, and can't write there (${unanswered.slice('answer: '.length)})`;
};

/** @throws CodedError `transfer.unavailable`, `kernel.gone`, `cancelled` */
const openChannel = async (
  start: GroundingRequest,
  session: KernelSession,
  probe: KernelProbe,
  owner: OwnerMark,
): Promise<KernelChannel> => {
  const { log, settings, signal, workspace } = start;
  const transfer = await openTransfer(session, probe.workspace, { signal });
  return {
    ...createChannel({ workspace, folder: probe.workspace, limits: () => settings.transfer, log }, transfer),
    owner,
    carrier: session,
    release: undefined,
  };
};

/** Folders of earlier messages whose paths a kernel's variables can still hold. */
const rememberedPaths = 32;

/**
 * Makes `/mnt/data` and the working directory of a running kernel another message's folder; variables stay.
 * @throws CodedError `kernel.launchFailed`, `kernel.groundingUnavailable`, `kernel.reachUnavailable`
 */
export const moveKernel = async (
  kernel: MessageKernel,
  to: Pick<KernelStart, 'workspace' | 'settings' | 'log' | 'signal' | 'folders' | 'inBackground'>,
): Promise<MessageKernel> => {
  const folder = folderForKernel(to.workspace, to.settings);
  const moved = await groundKernel({ ...kernel, ...to, again: true }, kernel.session, folder);
  const earlier = kernel.realPaths.filter((path) => !moved.realPaths.includes(path));
  const realPaths = [...moved.realPaths, ...earlier].slice(0, rememberedPaths);
  return moved.grounding !== 'translated' ? moved : { ...moved, realPaths, translate: translateOutputs({ realPaths }) };
};

/** Sets up the kernel's side and proves by nonces, both ways, what it sees. */
const probeKernel = async (
  session: KernelSession,
  { workspace, settings, again = false }: GroundingRequest,
  kernelFolder: string,
  owner: OwnerMark,
): Promise<{ probe: KernelProbe; proven: boolean }> => {
  const tag = randomBytes(8).toString('hex');
  const nonce = {
    name: `.code-interpreter-probe-${tag}`,
    content: randomBytes(16).toString('hex'),
    answerName: `.code-interpreter-answer-${tag}`,
  };
  const noncePath = join(workspace.path, nonce.name);
  const answerPath = join(workspace.path, nonce.answerName);
  const file = await open(noncePath, 'wx', 0o600);
  try {
    await file.writeFile(nonce.content);
    await file.close();
    const options = {
      virtualPath: virtualRoot,
      workspace: kernelFolder,
      nonce,
      grounding: settings.grounding,
      private: settings.reach === 'channel',
      owner,
    } as const;
    const ask = async (request: KernelRequest): Promise<KernelProbe | undefined> => {
      const outcome = await session.execute({ ...request, silent: true });
      if (outcome.kind === 'lost') {
        throw new CodedError('kernel.launchFailed', {
          name: session.kernelName,
          reason: 'it ended while it was set up',
        });
      }
      return parseBootstrapReply(outcome.content);
    };
    // Code can have thrown the kernel's side out of its modules: then it is sent again.
    const probe = (again ? await ask(moveRequest(options)) : undefined) ?? (await ask(bootstrapRequest(options)));
    if (!probe) {
      throw new CodedError('kernel.launchFailed', { name: session.kernelName, reason: 'it could not be set up' });
    }
    const proven = probe.answered && (await readAnswer(answerPath)) === nonceAnswer(nonce.content);
    return { probe, proven };
  } finally {
    await rm(noncePath, { force: true });
    await rm(answerPath, { force: true });
  }
};

const readAnswer = async (path: string): Promise<string | null> => {
  try {
    return (await lstat(path)).isFile() ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
};

const runInitCode = async (kernel: MessageKernel, initCode: string): Promise<void> => {
  if (initCode.trim() === '') {
    return;
  }
  const outcome = await kernel.session.execute({ code: initCode, silent: true });
  if (outcome.kind === 'lost') {
    throw new CodedError('kernel.launchFailed', {
      name: kernel.kernelName,
      reason: 'it ended while the init code ran',
    });
  }
  if (outcome.content.status === 'error') {
    const { ename, evalue } = outcome.content;
    throw new CodedError('kernel.initCodeFailed', { error: `${ename}: ${evalue}` });
  }
};
