// The kernel's own folder on its machine, where no folder is shared: made by the kernel's side, taken away when the kernel is released.
import { createHash, randomBytes } from 'node:crypto';
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
  /** Names the folder around both; tells nothing of the content. */
  readonly home: string;
}

const markNamed = (content: string): OwnerMark => ({
  name: 'owner',
  content,
  home: createHash('sha256').update(`home ${content}`).digest('hex').slice(0, 16),
});

export const newOwnerMark = (): OwnerMark => markNamed(randomBytes(16).toString('hex'));

/** The mark of a folder that an earlier process had made. */
export const knownOwnerMark = markNamed;

/**
 * Where a kernel's folder will be, below its machine's folder for temporary files: written down before the kernel makes it, so that
 * nobody who is killed in that moment leaves what nobody knows.
 */
export const folderToBe = ({ home }: OwnerMark): string => `code-interpreter-home-${home}/data`;

/** Whether a folder was only to be made: nothing of a run can be in it. */
export const isToBe = (folder: string): boolean => folder.startsWith('code-interpreter-home-');

/** The folder above a path of the kernel's machine, which may be one with backslashes. */
export const parentOf = (folder: string): string => folder.replace(/[\\/][^\\/]*$/u, '');

/** Python that takes a folder away; `forget` for this kernel's own or one that it proved to see, `sweep` for one with a mark. */
export const removalCode = (how: 'forget' | 'sweep', request: Readonly<Record<string, string>>): string =>
  isolatedCode([`remove_tree`, how].map((name) => resourceText(`kernel/python/${name}.py`)).join('\n'), request);

/** Removes the folder with its mark; false when it is still there, or nobody answered. */
export const removeKernelHome = async (session: KernelSession, folder: string, log: Log): Promise<boolean> => {
  const outcome = await session.execute({ code: removalCode('forget', { folder }), silent: true });
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
    const probe = outcome.kind === 'replied' ? parseBootstrapReply(outcome.content) : undefined;
    if (probe && !probe.shared) {
      // It was given a folder of its own instead.
      await removeKernelHome(session, probe.workspace, log);
    }
    return probe?.shared === true;
  } catch (error) {
    log.warn(`no other kernel could be asked about ${folder}: ${causeOf(error)}`);
    return false;
  }
};
