// Asking a kernel what it can do: its side is set up, and nonces prove, both ways, which folder it sees.
import { randomBytes } from 'node:crypto';
import { lstat, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../errors.ts';
import type { KernelSession } from '../gateway/kernelSession.ts';
import {
  bootstrapRequest,
  moveRequest,
  nonceAnswer,
  parseBootstrapReply,
  type KernelProbe,
  type KernelRequest,
} from '../kernel/bootstrap.ts';
import { virtualRoot } from '../paths/virtualPath.ts';
import type { OwnerMark } from './channel/kernelHome.ts';
import type { GroundingRequest } from './groundKernel.ts';

/** Sets up the kernel's side and proves by nonces, both ways, what it sees. */
export const probeKernel = async (
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
