// Whether a gateway really starts kernels, found out by starting one.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../../dataFolder.ts';
import { CodedError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { createGatewayHttp } from '../http.ts';
import { connectKernel } from '../kernelSession.ts';
import { launchKernel, removeKernel } from '../launch.ts';
import type { GatewayState } from './state.ts';

const readyBound = 60_000;

/**
 * Starts a kernel as a message's is started, with a folder of its own mounted where that is possible; waits until it answers, and
 * removes both. What spoils only such a kernel, a start file of the user's Python that needs what is hidden, is found here.
 * @throws CodedError of the `kernel.` and `gateway.` groups, `cancelled`
 */
export const proveKernel = async (
  data: DataFolder,
  { baseUrl, token }: GatewayState,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const http = createGatewayHttp({ baseUrl, token });
  const background: Promise<void>[] = [];
  const workspace = join(data.uploads, `set-up-${randomUUID()}`);
  await mkdir(workspace, { recursive: true, mode: 0o700 });
  try {
    const kernel = await launchKernel(http, {
      kernelId: randomUUID(),
      name: 'python3',
      user: 'set-up',
      env: {
        KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(workspace).toString('base64'),
        KERNEL_CODE_INTERPRETER_GROUNDING: 'auto',
      },
      launchTimeout: 60,
      log,
      inBackground: (work) => background.push(work),
      ...(signal && { signal }),
    });
    try {
      const session = await connectKernel(http, kernel, { clientId: randomUUID(), log });
      const ready = await session.ready(readyBound, signal);
      session.dispose();
      if (!ready) {
        throw new CodedError('kernel.launchTimedOut', { name: kernel.name, seconds: readyBound / 1000 });
      }
    } finally {
      await removeKernel(http, kernel.id, log);
    }
  } finally {
    await Promise.allSettled(background);
    await http.dispose();
    await rm(workspace, { recursive: true, force: true });
  }
};

/** Beside the gateway's environment: which kernels' Pythons it was proven with. */
const proofFile = (state: GatewayState): string => join(dirname(dirname(state.gatewayPython)), 'proven.json');

const readProofs = (state: GatewayState): readonly string[] => {
  try {
    const parsed = v.safeParse(v.array(v.string()), JSON.parse(readFileSync(proofFile(state), 'utf8')));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
};

/** Whether a gateway of this environment has already started a kernel of this Python. */
export const isProven = (state: GatewayState): boolean => readProofs(state).includes(state.kernelPython);

export const markProven = (state: GatewayState): void => {
  writeFileSync(proofFile(state), JSON.stringify([...new Set([...readProofs(state), state.kernelPython])]));
};
