// A kernel of another language on a machine that shares no folder: a Python kernel beside it carries its files.
import { randomUUID } from 'node:crypto';
import type { KernelSession } from '../gateway/kernelSession.ts';
import { removeKernel } from '../gateway/launch.ts';
import { worksBeside } from './channel/carrier.ts';
import type { Grounded, GroundingRequest } from './groundKernel.ts';
import { chooseKernelSpec } from './kernelChoice.ts';
import { leaveFolder } from './leaveFolder.ts';
import { noTranslation, translateOutputs } from './translation.ts';

/**
 * Lets a Python kernel beside a kernel of another language carry its files. `undefined` where there is none that sees the same folder.
 * @throws CodedError of the `kernel.` group, `cancelled`
 */
export const groundCarried = async (
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
  const carrier = await start.startKernel({
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
