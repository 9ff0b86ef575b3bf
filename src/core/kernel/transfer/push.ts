// Files to the kernel's machine: only those that it does not have; small ones many in a frame, large ones in pieces.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { orCancelled, throwIfAborted } from '../../async.ts';
import { causeOf } from '../../errors.ts';
import { frameBytes, toBatches } from './batches.ts';
import { abandon, failed, onTheWire, refusalOf, settleAll, twice, type TransferContext } from './context.ts';
import { hasSchema, parseReply, pushedManySchema } from './replies.ts';
import { openSource, readFully } from './source.ts';
import type { PushFile, PushOutcome } from './types.ts';

const pushed: PushOutcome = { status: 'pushed' };

/** Files of one question whether the kernel has them. */
const questionFiles = 1_000;

/** The files of which the kernel's side does not have the same bytes at the same path, and the room on its disk. */
const lacking = async (
  { channel, signal }: TransferContext,
  files: readonly PushFile[],
): Promise<{ readonly wanted: readonly PushFile[]; readonly freeBytes: number }> => {
  const wanted: PushFile[] = [];
  let freeBytes = 0;
  for (let from = 0; from < files.length; from += questionFiles) {
    const some = files.slice(from, from + questionFiles);
    const asked = some.map(({ path, size, sha256 }) => [onTheWire(path), size, sha256]);
    const reply = parseReply(hasSchema, await orCancelled(channel.request('has', { files: asked }), signal));
    wanted.push(...some.filter((_, index) => reply.has[index] !== true));
    ({ freeBytes } = reply);
  }
  return { wanted, freeBytes };
};

/** Sends all pieces. False where the file is shorter by now. The kernel's side hashes what arrives: once is enough. */
const sendPieces = async (
  context: TransferContext,
  key: string,
  handle: FileHandle,
  file: PushFile,
  onSent: (bytes: number) => void,
): Promise<boolean> => {
  const { channel, signal, window } = context;
  const { size } = file;
  const path = onTheWire(file.path);
  const sending: Promise<unknown>[] = [];
  /** Frames whose bytes have arrived: a new one for each piece would keep the collector busy. */
  const spare: Buffer[] = [];
  const failure = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  let isWhole = true;
  try {
    for (let offset = 0; offset < size && !failure.signal.aborted; offset += frameBytes) {
      const length = Math.min(frameBytes, size - offset);
      await window.acquire(length, stopped);
      const frame = spare.pop() ?? Buffer.allocUnsafeSlow(frameBytes);
      const piece = frame.subarray(0, length);
      isWhole = (await readFully(handle, piece, offset)) === length;
      if (!isWhole) {
        window.release(length);
        break;
      }
      const written = channel
        .request('write', { key, path, size, offset }, piece)
        .then(() => {
          onSent(length);
        })
        .catch((error: unknown) => {
          failure.abort();
          throw error;
        })
        .finally(() => {
          if (!channel.wasBroken) {
            spare.push(frame);
          }
          window.release(length);
        });
      written.catch(() => undefined);
      sending.push(written);
    }
  } catch (error) {
    throwIfAborted(signal);
    if (!failure.signal.aborted) {
      throw error;
    }
  }
  await orCancelled(settleAll(sending), signal);
  return isWhole;
};

/** Read again only where something went wrong. */
const shaOf = async (handle: FileHandle, signal: AbortSignal | undefined): Promise<string> => {
  const content = createHash('sha256');
  const block = Buffer.allocUnsafeSlow(frameBytes);
  for (let offset = 0; ;) {
    throwIfAborted(signal);
    const length = await readFully(handle, block, offset);
    content.update(block.subarray(0, length));
    offset += length;
    if (length < block.byteLength) {
      return content.digest('hex');
    }
  }
};

const pushPieces = async (context: TransferContext, file: PushFile): Promise<PushOutcome> => {
  const { channel, meter, signal } = context;
  let handle: FileHandle;
  try {
    handle = await openSource(file.sourcePath);
  } catch (error) {
    return failed('denied', causeOf(error));
  }
  const key = context.newKey();
  let counted = 0;
  let isDone = false;
  try {
    const isWhole = await sendPieces(context, key, handle, file, (bytes) => {
      counted += bytes;
      meter.addBytes(bytes);
    });
    if (!isWhole || (await handle.stat()).size !== file.size) {
      return failed('changed');
    }
    const { sha256, mtimeNs } = file;
    await orCancelled(channel.request('commit', { key, sha256, mtimeNs: String(mtimeNs) }), signal);
    isDone = true;
    counted = 0;
    return pushed;
  } catch (error) {
    const refusal = refusalOf(error);
    const isChanged = refusal.reason.code === 'corrupt' && (await shaOf(handle, signal)) !== file.sha256;
    return isChanged ? failed('changed') : refusal;
  } finally {
    await handle.close();
    meter.addBytes(-counted);
    if (!isDone) {
      await abandon(context, key);
    }
  }
};

/** The bytes of a small file, or the failure that it is not what it was. */
const readWhole = async (file: PushFile): Promise<Uint8Array | PushOutcome> => {
  try {
    const handle = await openSource(file.sourcePath);
    try {
      const content = Buffer.allocUnsafeSlow(file.size + 1);
      const length = await readFully(handle, content, 0);
      const bytes = content.subarray(0, file.size);
      const isSame = length === file.size && createHash('sha256').update(bytes).digest('hex') === file.sha256;
      return isSame ? bytes : failed('changed');
    } finally {
      await handle.close();
    }
  } catch (error) {
    return failed('denied', causeOf(error));
  }
};

const pushWhole = async (context: TransferContext, files: readonly PushFile[]): Promise<Map<PushFile, PushOutcome>> => {
  const { channel, meter, signal, window } = context;
  const outcomes = new Map<PushFile, PushOutcome>();
  const weight = files.reduce((sum, { size }) => sum + size, 0);
  await window.acquire(weight, signal);
  try {
    const ready: { readonly file: PushFile; readonly bytes: Uint8Array }[] = [];
    for (const file of files) {
      const content = await readWhole(file);
      if (content instanceof Uint8Array) {
        ready.push({ file, bytes: content });
      } else {
        outcomes.set(file, content);
      }
    }
    const described = ready.map(({ file: { path, size, sha256, mtimeNs } }) => [
      onTheWire(path),
      size,
      sha256,
      String(mtimeNs),
    ]);
    const content = Buffer.concat(ready.map(({ bytes }) => bytes));
    const request = channel.request('pushMany', { key: context.newKey(), files: described }, content);
    const { results } = parseReply(pushedManySchema, await orCancelled(request, signal));
    for (const [index, { file, bytes }] of ready.entries()) {
      const result = results[index];
      const isPushed = result !== undefined && !('error' in result);
      outcomes.set(file, isPushed ? pushed : failed(result?.error.code ?? 'failed', result?.error.detail));
      meter.addBytes(bytes.byteLength);
    }
    return outcomes;
  } finally {
    window.release(weight);
  }
};

/** Pushes what is lacking; see {@link KernelTransfer.push}. */
export const pushFiles = async (
  context: TransferContext,
  files: readonly PushFile[],
): Promise<readonly PushOutcome[]> => {
  const outcomes = new Map<PushFile, PushOutcome>(files.map((file) => [file, { status: 'present' }]));
  const { wanted, freeBytes } = await lacking(context, files);
  let room = freeBytes;
  const fitting = wanted.filter((file) => {
    const fits = file.size <= room;
    if (fits) {
      room -= file.size;
    } else {
      outcomes.set(file, failed('noSpace', `${file.size} bytes are needed, ${room} are free`));
    }
    return fits;
  });
  const { small, large } = toBatches(fitting, ({ size }) => size);
  await settleAll(
    small.map(async (batch) => {
      for (const [file, outcome] of await pushWhole(context, batch)) {
        outcomes.set(file, outcome);
        context.meter.addFile();
      }
    }),
  );
  const isCorrupt = (file: PushFile): boolean => {
    const outcome = outcomes.get(file);
    return outcome?.status === 'failed' && outcome.reason.code === 'corrupt';
  };
  for (const file of small.flat().filter(isCorrupt)) {
    outcomes.set(file, await pushPieces(context, file));
  }
  for (const file of large) {
    throwIfAborted(context.signal);
    outcomes.set(file, await twice(() => pushPieces(context, file)));
    context.meter.addFile();
  }
  if (fitting.length > 0) {
    await orCancelled(context.channel.request('sync', {}), context.signal);
  }
  return files.map((file) => outcomes.get(file) ?? failed('failed'));
};
