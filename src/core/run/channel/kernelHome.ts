// The kernel's own folder on its machine, where no folder is shared: made by the kernel's side, taken away when the kernel is released.
import { randomBytes } from 'node:crypto';
import { orCancelled } from '../../async.ts';
import { causeOf } from '../../errors.ts';
import type { KernelSession } from '../../gateway/kernelSession.ts';
import { bootstrapRequest, parseBootstrapReply, type Nonce } from '../../kernel/bootstrap.ts';
import { isolatedCode } from '../../kernel/kernelPython.ts';
import type { Log } from '../../log.ts';
import { virtualRoot } from '../../paths/virtualPath.ts';
import { resourceText } from '../../resources.ts';

/** The mark beside a kernel's folder, by which another kernel proves that it sees the same one. */
export interface OwnerMark {
  readonly name: string;
  readonly content: string;
}

const markNamed = (content: string): OwnerMark => ({ name: 'owner', content });

export const newOwnerMark = (): OwnerMark => markNamed(randomBytes(16).toString('hex'));

/** The mark of a folder that an earlier process had made. */
export const knownOwnerMark = markNamed;

/** The folder above a path of the kernel's machine, which may be one with backslashes. */
export const parentOf = (folder: string): string => folder.replace(/[\\/][^\\/]*$/u, '');

/** Removes the folder with its mark; false when it is still there, or nobody answered. */
export const removeKernelHome = async (session: KernelSession, folder: string, log: Log): Promise<boolean> => {
  const code = isolatedCode(resourceText('kernel/python/forget.py'), { folder });
  const outcome = await session.execute({ code, silent: true });
  const removed = outcome.kind === 'replied' && outcome.content.status === 'ok';
  if (!removed) {
    log.warn(`the kernel's folder ${folder} could not be removed`);
  }
  return removed;
};

/** Starts the kernel's side in another kernel, and tells whether it sees the folder beside the mark. */
export const seesKernelHome = async (
  session: KernelSession,
  folder: string,
  owner: OwnerMark,
  log: Log,
  signal?: AbortSignal,
): Promise<boolean> => {
  const nonce: Nonce = { ...owner, answerName: `answer-${randomBytes(8).toString('hex')}` };
  const request = bootstrapRequest({
    virtualPath: virtualRoot,
    workspace: parentOf(folder),
    nonce,
    grounding: 'translated',
  });
  try {
    const outcome = await orCancelled(session.execute({ ...request, silent: true }), signal);
    return outcome.kind === 'replied' && parseBootstrapReply(outcome.content)?.shared === true;
  } catch (error) {
    log.warn(`no other kernel could be asked about ${folder}: ${causeOf(error)}`);
    return false;
  }
};
