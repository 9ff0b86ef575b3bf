// Files for a kernel that has no side of this program (Bash, R, Julia, JavaScript): a Python kernel beside it carries them, where both
// are proven to see one folder.
import { randomBytes } from 'node:crypto';
import { within } from '../../async.ts';
import type { KernelSession } from '../../gateway/kernelSession.ts';
import { copySnippet } from '../../kernel/copySnippet.ts';
import { isolatedCode } from '../../kernel/kernelPython.ts';
import { resourceText } from '../../resources.ts';

/** Milliseconds for each step: a small file is written, copied, read. */
const stepBound = 20_000;

/** Whether `session` goes to work in the folder of `carrier`, a Python kernel: what one puts there the other one copies. */
export const worksBeside = async (
  session: KernelSession,
  language: string,
  carrier: KernelSession,
  folder: string,
): Promise<boolean> => {
  const tag = randomBytes(8).toString('hex');
  const request = {
    folder,
    original: `.code-interpreter-probe-${tag}`,
    copy: `.code-interpreter-answer-${tag}`,
    content: randomBytes(16).toString('hex'),
  };
  const code = copySnippet(language, folder, request.original, request.copy);
  if (code === undefined) {
    return false;
  }
  const step = async (name: 'put' | 'check'): Promise<boolean> => {
    const source = isolatedCode(resourceText('kernel/python/handshake.py'), { ...request, step: name });
    const outcome = await within(carrier.execute({ code: source, silent: true }), stepBound, undefined);
    return outcome?.kind === 'replied' && outcome.content.status === 'ok';
  };
  if (!(await step('put'))) {
    return false;
  }
  await within(session.execute({ code, silent: true }), stepBound, undefined);
  return step('check');
};
