// This project's transfer, with files on both sides: read, sent, checked and made durable.
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import type { KernelSession } from '../../src/core/gateway/kernelSession.ts';
import { bootstrapRequest } from '../../src/core/kernel/bootstrap.ts';
import { openTransfer } from '../../src/core/kernel/transfer/transfer.ts';
import type { KernelTransfer, PullOutcome, PushFile } from '../../src/core/kernel/transfer/types.ts';
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

/** Pulls files into a folder, each made durable, as a caller does it. */
export const pullInto = async (
  transfer: KernelTransfer,
  folder: string,
  files: readonly { readonly path: string; readonly size: number }[],
): Promise<readonly PullOutcome[]> => {
  const handles = new Map<string, Awaited<ReturnType<typeof open>>>();
  const outcomes = await transfer.pull(
    files.map(({ path, size }) => ({
      rawPath: Buffer.from(path),
      expectedSize: size,
      sink: {
        write: async (bytes, offset) => {
          let handle = handles.get(path);
          if (!handle) {
            handle = await open(join(folder, path.replaceAll('/', '-')), 'w');
            handles.set(path, handle);
          }
          await handle.write(bytes, 0, bytes.byteLength, offset);
          if (offset + bytes.byteLength === size) {
            await handle.sync();
            await handle.close();
          }
        },
      },
    })),
  );
  const failed = outcomes.find(({ status }) => status === 'failed');
  if (failed) {
    throw new Error(JSON.stringify(failed, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
  }
  return outcomes;
};
