// Transfers to a kernel of a gateway, with folders on both sides that a test can look into.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bootstrapRequest } from '../../src/core/kernel/bootstrap.ts';
import { openTransfer } from '../../src/core/kernel/transfer/transfer.ts';
import type { KernelTransfer, PullFile, PushFile } from '../../src/core/kernel/transfer/types.ts';
import { startKernel, type TestKernel } from './kernels.ts';
import { temporaryFolder } from './places.ts';

export interface TransferScene {
  readonly kernel: TestKernel;
  readonly transfer: KernelTransfer;
  /** The kernel's folder; on this machine too, so that a test can look into it. */
  readonly folder: string;
  /** Starts the kernel's side, as after a restart. */
  prepare(): Promise<void>;
  dispose(): Promise<void>;
}

/** A Python kernel whose side of the engine is started, and a transfer to a folder of its own. */
export const openScene = async (gateway: Parameters<typeof startKernel>[0]): Promise<TransferScene> => {
  const kernel = await startKernel(gateway, { grounding: 'translated' });
  const nonce = { name: 'none', content: 'none', answerName: 'none' };
  const request = bootstrapRequest({ virtualPath: '/mnt/data', workspace: null, nonce, grounding: 'auto' });
  const prepare = async (): Promise<void> => {
    await kernel.session.execute({ ...request, silent: true });
  };
  await prepare();
  const folder = await temporaryFolder('kernel-folder');
  const transfer = await openTransfer(kernel.session, folder);
  return {
    kernel,
    transfer,
    folder,
    prepare,
    dispose: async () => {
      transfer.dispose();
      await kernel.dispose();
    },
  };
};

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Writes a file below `folder` and describes it as something to push to the same path. */
export const toPush = (folder: string, path: string, content: Uint8Array = randomBytes(100)): PushFile => {
  const sourcePath = join(folder, path);
  mkdirSync(dirname(sourcePath), { recursive: true });
  writeFileSync(sourcePath, content);
  const { size, mtimeNs } = statSync(sourcePath, { bigint: true });
  return { sourcePath, path, size: Number(size), sha256: sha256Of(content), mtimeNs };
};

export interface Pulled extends PullFile {
  /** What has arrived. */
  readonly content: () => Buffer;
}

/** Asks for a file, into memory. */
export const toPull = (path: string | Uint8Array, expectedSize: number): Pulled => {
  const content = Buffer.alloc(Math.min(expectedSize, 1 << 30));
  let length = 0;
  return {
    rawPath: Buffer.from(path),
    expectedSize,
    sink: {
      write: (bytes, offset) => {
        content.set(bytes, offset);
        length = offset + bytes.byteLength;
        return Promise.resolve();
      },
    },
    content: () => content.subarray(0, length),
  };
};

export const contentIn = (scene: TransferScene, path: string): Promise<Buffer> => readFile(join(scene.folder, path));
