// What `/mnt/data` is for a kernel: mounted or translated, its files shared or through the connection.
import { CodedError, isCoded } from '../errors.ts';
import type { KernelSession } from '../gateway/kernelSession.ts';
import { mappingOf, seesWorkspace, type KernelProbe } from '../kernel/bootstrap.ts';
import type { Reach } from '../kernel/capabilities.ts';
import { openTransfer } from '../kernel/transfer/transfer.ts';
import { createChannel } from './channel/channel.ts';
import { folderToBe, newOwnerMark, type OwnerMark } from './channel/kernelHome.ts';
import { groundCarried } from './groundCarried.ts';
import { leaveFolder } from './leaveFolder.ts';
import type { KernelChannel, KernelStart, MessageKernel } from './messageKernel.ts';
import { groundOtherLanguage, type OtherGrounding } from './otherLanguage.ts';
import { probeKernel } from './probeKernel.ts';
import { noTranslation, translateOutputs } from './translation.ts';

/** What decides what `/mnt/data` is for a kernel. */
export type GroundingRequest = Pick<
  KernelStart,
  'gateway' | 'workspace' | 'kernelName' | 'language' | 'settings' | 'log' | 'signal' | 'folders' | 'inBackground'
> & {
  /** The kernel's side runs already. */
  readonly again?: boolean;
  /** Starts a kernel beside it, where one has to carry its files. */
  readonly startKernel: (start: KernelStart) => Promise<MessageKernel>;
};

/** What was found for a kernel. */
export type Grounded = Omit<MessageKernel, 'workspace' | 'gateway' | 'session' | 'kernelName' | 'language'>;

/** @throws CodedError of the `kernel.` group, those of the transfer, `cancelled` */
export const groundKernel = async (
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
