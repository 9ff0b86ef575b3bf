// This project's transfer, with files on both sides: read, sent, checked and made durable.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import type { KernelSession } from '../../src/core/gateway/kernelSession.ts';
import { bootstrapRequest } from '../../src/core/kernel/bootstrap.ts';
import { openTransfer } from '../../src/core/kernel/transfer/transfer.ts';
import type { KernelTransfer, PushFile } from '../../src/core/kernel/transfer/types.ts';
import { pullPlanned } from '../../src/core/run/channel/pull.ts';
import { openLanding } from '../../src/core/workspace/landing/landing.ts';
import { startSession } from './engine.ts';
import { plainKernel, type BenchGateway } from './gateway.ts';

export interface TransferContender {
  readonly session: KernelSession;
  readonly transfer: KernelTransfer;
  stop(): Promise<void>;
}

/** @param connection through a proxy, perhaps */
export const startTransfer = async (
  gateway: BenchGateway,
  folder: string,
  connection: GatewayConnection = gateway.connection,
): Promise<TransferContender> => {
  const { session, stop } = await startSession({ ...gateway, connection }, plainKernel);
  const nonce = { name: 'none', content: 'none', answerName: 'none' };
  const request = bootstrapRequest({ virtualPath: '/mnt/data', workspace: null, nonce, grounding: 'auto' });
  await session.execute({ ...request, silent: true });
  const transfer = await openTransfer(session, folder);
  return {
    session,
    transfer,
    stop: async () => {
      transfer.dispose();
      await stop();
    },
  };
};

export const describeSource = async (folder: string, path: string, content: Uint8Array): Promise<PushFile> => {
  const sourcePath = join(folder, path);
  const { mtimeNs } = await stat(sourcePath, { bigint: true });
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { sourcePath, path, size: content.byteLength, sha256, mtimeNs };
};

/** Pulls files into a folder, as the engine does it after a run: staged, hashed, made durable, renamed. */
export const pullInto = async (
  transfer: KernelTransfer,
  folder: string,
  files: readonly Pick<PushFile, 'path' | 'size' | 'sha256' | 'mtimeNs'>[],
): Promise<void> => {
  const landing = openLanding(folder);
  try {
    const planned = files.map(({ path, ...rest }) => ({ ...rest, relativePath: path, rawPath: Buffer.from(path) }));
    const { failed } = await pullPlanned(transfer, landing, planned, {});
    if (failed.length > 0) {
      throw new Error(JSON.stringify(failed));
    }
  } finally {
    await landing.close();
  }
};
