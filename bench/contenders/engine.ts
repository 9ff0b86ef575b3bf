// This project's engine: its kernel session alone, and the whole way of a run.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { createGatewayHttp } from '../../src/core/gateway/http.ts';
import { connectKernel, type KernelSession } from '../../src/core/gateway/kernelSession.ts';
import { launchKernel, removeKernel } from '../../src/core/gateway/launch.ts';
import { openInterpreter, type Interpreter } from '../../src/core/interpreter.ts';
import { silentLog } from '../../src/core/log.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import type { BenchGateway } from './gateway.ts';

export interface EngineSession {
  readonly session: KernelSession;
  readonly stop: () => Promise<void>;
}

/** A kernel of its own, connected, with nothing of ours set up in it. */
export const startSession = async (gateway: BenchGateway, kernelName: string): Promise<EngineSession> => {
  const http = createGatewayHttp(gateway.connection);
  const workspace = join(gateway.data.uploads, `session-${randomUUID()}`);
  await mkdir(workspace, { mode: 0o700 });
  const model = await launchKernel(http, {
    kernelId: randomUUID(),
    name: kernelName,
    user: 'bench',
    env: {
      KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(workspace).toString('base64'),
      KERNEL_CODE_INTERPRETER_GROUNDING: 'auto',
    },
    launchTimeout: 60,
    log: silentLog,
    inBackground: () => undefined,
  });
  const session = await connectKernel(http, model, { clientId: randomUUID(), log: silentLog });
  if (!(await session.ready(90_000))) {
    throw new Error(`the ${kernelName} kernel did not get ready`);
  }
  return {
    session,
    stop: async () => {
      session.dispose();
      await removeKernel(http, model.id, silentLog);
      await http.dispose();
    },
  };
};

export const openEngine = (gateway: BenchGateway): Promise<Interpreter> =>
  openInterpreter({
    dataFolder: gateway.data.root,
    user: 'bench',
    connect: () => Promise.resolve(gateway.connection),
    reconnect: () => Promise.resolve('unknown'),
  });

/** Runs `code` in one message, whose kernel is kept from run to run. */
export const engineRunner = (interpreter: Interpreter, kernelName: string): ((code: string) => Promise<RunResult>) => {
  const key = interpreter.key('bench', randomUUID());
  return async (code) => {
    const result = await interpreter.run({ key, code, kernelName, timeoutSeconds: 120 });
    if (result.status !== 'ok') {
      throw new Error(`the run ended as ${result.status}: ${result.error?.value ?? ''}`);
    }
    return result;
  };
};
