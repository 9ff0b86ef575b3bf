// Counts what a transfer has done, and tells it about ten times a second.
import type { TransferChannel } from './channel.ts';
import type { TransferOptions } from './types.ts';

export interface ProgressMeter {
  addBytes(count: number): void;
  addFile(): void;
  [Symbol.dispose](): void;
}

const interval = 100;

export const createProgressMeter = (
  channel: TransferChannel,
  total: { readonly bytes: number; readonly files: number },
  { onProgress }: TransferOptions,
): ProgressMeter => {
  let bytes = 0;
  let files = 0;
  let told = '';
  const tell = (): void => {
    const waiting = channel.isWaiting;
    const state = `${bytes} ${files} ${waiting}`;
    if (state !== told) {
      told = state;
      onProgress?.({ bytes, totalBytes: total.bytes, files, totalFiles: total.files, waiting });
    }
  };
  const timer = onProgress && setInterval(tell, interval);
  return {
    addBytes: (count) => {
      bytes = Math.max(0, bytes + count);
    },
    addFile: () => {
      files++;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      tell();
    },
  };
};
