// Kernels of other languages than Python: they have no side of this program, so they need a folder that both machines see.
import { randomBytes } from 'node:crypto';
import { lstat, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { within } from '../async.ts';
import { CodedError } from '../errors.ts';
import type { KernelSession } from '../gateway/kernelSession.ts';
import type { Grounding } from '../kernel/capabilities.ts';
import { copySnippet } from '../kernel/copySnippet.ts';
import { virtualRoot } from '../paths/virtualPath.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { RunSettings } from './request.ts';

/** Milliseconds for copying a small file; the kernel is ready, but a first command can take its time. */
const copyBound = 20_000;

/** Whether a file that is put here is copied by the kernel, and the copy is here: both directions at once. The folder is its working directory then. */
const copiesHere = async (
  session: KernelSession,
  language: string,
  workspace: Workspace,
  kernelFolder: string,
): Promise<boolean | undefined> => {
  const tag = randomBytes(8).toString('hex');
  const content = randomBytes(16).toString('hex');
  const names = { from: `.code-interpreter-probe-${tag}`, to: `.code-interpreter-answer-${tag}` };
  const code = copySnippet(language, kernelFolder, names.from, names.to);
  if (code === undefined) {
    return undefined;
  }
  const answer = join(workspace.path, names.to);
  const file = await open(join(workspace.path, names.from), 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.close();
    await within(session.execute({ code, silent: true }), copyBound, undefined);
    return (await lstat(answer)).isFile() && (await readFile(answer, 'utf8')) === content;
  } catch {
    return false;
  } finally {
    await rm(join(workspace.path, names.from), { force: true });
    await rm(answer, { force: true });
  }
};

/** What a kernel without this program's side was found to see. */
export interface OtherGrounding {
  readonly grounding: Grounding;
  /** Why it is not mounted; empty where it is. */
  readonly reason: string;
  /** What code has to name. */
  readonly folder: string;
}

/**
 * Finds out what the kernel sees, and makes it the working directory: `/mnt/data` where that is the workspace, else the workspace under its
 * own path. Proven where the language's way to copy a file is known; where it is not, the folder is taken for shared.
 * @throws CodedError `kernel.reachUnavailable`, `kernel.groundingUnavailable`
 */
export const groundOtherLanguage = async (
  session: KernelSession,
  language: string,
  workspace: Workspace,
  kernelFolder: string,
  settings: RunSettings,
): Promise<OtherGrounding> => {
  const refuse = (reason: string): CodedError =>
    new CodedError('kernel.reachUnavailable', {
      wanted: settings.reach === 'channel' ? 'channel' : 'shared',
      found: settings.reach === 'channel' ? 'shared' : 'channel',
      reason: `${reason}: a ${language} kernel needs a shared or mounted folder`,
    });
  if (settings.reach === 'channel') {
    throw refuse('no Python kernel beside it could carry its files through the connection');
  }
  const sees = (folder: string): Promise<boolean | undefined> => copiesHere(session, language, workspace, folder);
  if (settings.grounding !== 'translated' && settings.kernelScope !== 'chat' && (await sees(virtualRoot)) === true) {
    return { grounding: 'mounted', reason: '', folder: virtualRoot };
  }
  const grounding = settings.grounding === 'untranslated' ? 'untranslated' : 'translated';
  const reason = `the gateway does not mount it for ${language} kernels`;
  if (settings.grounding === 'mounted') {
    throw new CodedError('kernel.groundingUnavailable', { wanted: 'mounted', found: grounding, reason });
  }
  if ((await sees(kernelFolder)) === false) {
    throw refuse(`the kernel's machine does not show ${kernelFolder}`);
  }
  return { grounding, reason, folder: kernelFolder };
};
