// How long a kernel lives, and whom it serves.
import type { Workspace } from '../workspace/messageKey.ts';

/**
 * `message`: one kernel for each message, kept between its runs. `chat`: one for all messages of a chat, so that variables live on;
 * at each run `/mnt/data` is that message's folder. `run`: a new one for each run, removed after it.
 */
export type KernelScope = 'message' | 'chat' | 'run';

export const kernelScopes: readonly KernelScope[] = ['message', 'chat', 'run'];

/** What is the same for the runs that wait for each other and share a kernel. */
export const kernelKey = (scope: KernelScope, { id, key }: Workspace): string =>
  scope === 'chat' ? JSON.stringify([key.user, key.chatId]) : String(id);
