// One message's kernel: leased, launched, connected, probed, and made ready by the user's init code.
import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { throwIfAborted } from '../async.ts';
import { CodedError } from '../errors.ts';
import { connectKernel, type KernelSession } from '../gateway/kernelSession.ts';
import type { KernelModel } from '../gateway/kernelApi.ts';
import { launchKernel, removeKernel } from '../gateway/launch.ts';
import type { KernelProbe } from '../kernel/bootstrap.ts';
import type { Grounding, Reach } from '../kernel/capabilities.ts';
import type { Log } from '../log.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { MessageChannel } from './channel/channel.ts';
import { removeKernelHome, type OwnerMark } from './channel/kernelHome.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';
import { groundKernel } from './groundKernel.ts';
import { awaitReady } from './kernelReady.ts';
import { leaveFolder } from './leaveFolder.ts';
import type { RunSettings } from './request.ts';
import { translateOutputs, type OutputTranslator } from './translation.ts';

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
    return await groundKernel(
      { ...start, startKernel: startMessageKernel, again: true },
      session,
      folderForKernel(workspace, settings),
    );
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
    const kernel = await groundKernel({ ...start, startKernel: startMessageKernel }, session, kernelFolder);
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
  const moved = await groundKernel(
    { ...kernel, ...to, startKernel: startMessageKernel, again: true },
    kernel.session,
    folder,
  );
  const earlier = kernel.realPaths.filter((path) => !moved.realPaths.includes(path));
  const realPaths = [...moved.realPaths, ...earlier].slice(0, rememberedPaths);
  return moved.grounding !== 'translated' ? moved : { ...moved, realPaths, translate: translateOutputs({ realPaths }) };
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
