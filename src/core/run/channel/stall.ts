// A kernel whose side of the channel the code has broken never answers: noticed, so that another way is tried.
import { CodedError } from '../../errors.ts';
import type { TransferOptions } from '../../kernel/transfer/types.ts';

/** Milliseconds without any answer. A kernel answers for each 256 MB that it hashes. */
const silenceBound = 30_000;
/** Milliseconds that files for a kernel wait for it while it is busy with something else. */
export const busyBound = 15 * 60_000;

/**
 * Does a part of a transfer; when nothing is heard for half a minute it is given up.
 * @throws CodedError `transfer.unavailable` then
 */
export const unlessSilent = async <T>(
  options: TransferOptions,
  work: (options: TransferOptions) => Promise<T>,
  bound = silenceBound,
): Promise<T> => {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await work({
      signal: options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal,
      onProgress: (progress) => {
        if (!progress.waiting) {
          clearTimeout(timer);
          timer = undefined;
        } else {
          timer ??= setTimeout(() => {
            silence.abort();
          }, bound);
        }
        options.onProgress?.(progress);
      },
    });
  } catch (error) {
    if (silence.signal.aborted && !options.signal?.aborted) {
      throw new CodedError('transfer.unavailable', { reason: 'the kernel does not answer' }, { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
