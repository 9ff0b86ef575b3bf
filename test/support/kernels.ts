// Kernels of the shared gateway, driven directly: for tests of the gateway and the wrapper, below the way of a run.
import { randomUUID } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from '../../src/core/dataFolder.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { createGatewayHttp } from '../../src/core/gateway/http.ts';
import { connectKernel, type KernelSession } from '../../src/core/gateway/kernelSession.ts';
import { launchKernel, removeKernel } from '../../src/core/gateway/launch.ts';
import type { Grounding } from '../../src/core/kernel/capabilities.ts';
import { silentLog } from '../../src/core/log.ts';

export interface TestKernel {
  readonly id: string;
  readonly session: KernelSession;
  /** On this machine. */
  readonly workspace: string;
  /** Runs code and gives what it printed and raised; rejects when the kernel is lost. Told of the output as it comes. */
  readonly run: (code: string, onOutput?: (soFar: string) => void) => Promise<string>;
  readonly dispose: () => Promise<void>;
}

interface OutputContent {
  readonly text?: string;
  readonly ename?: string;
  readonly evalue?: string;
}

const outputOf = async (session: KernelSession, code: string, onOutput: (soFar: string) => void): Promise<string> => {
  let output = '';
  const outcome = await session.execute({
    code,
    onMessage: ({ content }) => {
      const { text, ename, evalue } = content as OutputContent;
      const more = text ?? (ename === undefined ? '' : `${ename}: ${evalue ?? ''}`);
      output += more;
      if (more !== '') {
        onOutput(output);
      }
    },
  });
  if (outcome.kind === 'lost') {
    throw new Error(`the kernel is lost: ${JSON.stringify(outcome.reason)}`);
  }
  return output.trim();
};

/** Starts a kernel in a workspace of its own, and waits until it answers. */
export const startKernel = async (
  { connection, data }: { readonly connection: GatewayConnection; readonly data: DataFolder },
  options: {
    readonly grounding?: Grounding;
    readonly name?: string;
    /** The user that the workspace belongs to; this one unless given. */
    readonly owner?: number;
  } = {},
): Promise<TestKernel> => {
  const id = randomUUID();
  const workspace = join(data.uploads, `message-${id}`);
  mkdirSync(workspace, { mode: 0o700 });
  if (options.owner !== undefined) {
    chownSync(workspace, options.owner, options.owner);
  }
  const http = createGatewayHttp(connection);
  const kernel = await launchKernel(http, {
    kernelId: id,
    name: options.name ?? 'python3',
    user: 'tester',
    env: {
      KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(workspace).toString('base64'),
      KERNEL_CODE_INTERPRETER_GROUNDING: options.grounding ?? 'mounted',
    },
    launchTimeout: 60,
    log: silentLog,
    inBackground: () => undefined,
  });
  const session = await connectKernel(http, kernel, { clientId: randomUUID(), log: silentLog });
  if (!(await session.ready(60_000))) {
    throw new Error('the kernel did not answer within 60 s');
  }
  return {
    id: kernel.id,
    session,
    workspace,
    run: (code, onOutput = () => undefined) => outputOf(session, code, onOutput),
    dispose: async () => {
      session.dispose();
      await removeKernel(http, kernel.id, silentLog);
      await http.dispose();
    },
  };
};

/** Works with a kernel of the gateway, and removes it. */
export const withKernel = async <T>(
  gateway: Parameters<typeof startKernel>[0],
  work: (kernel: TestKernel) => Promise<T>,
  options: Parameters<typeof startKernel>[1] = {},
): Promise<T> => {
  const kernel = await startKernel(gateway, options);
  try {
    return await work(kernel);
  } finally {
    await kernel.dispose();
  }
};
