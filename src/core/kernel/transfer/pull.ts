// Files from the kernel's machine: small ones many in a frame, large ones in pieces with several under way.
import { createHash } from 'node:crypto';
import { orCancelled, throwIfAborted } from '../../async.ts';
import { frameBytes, toBatches, windowBytes } from './batches.ts';
import type { Reply } from './channel.ts';
import {
  abandon,
  failed,
  onTheWire,
  refusalOf,
  settleAll,
  twice,
  type Failed,
  type TransferContext,
} from './context.ts';
import { endSchema, openedSchema, parseReply, pulledManySchema } from './replies.ts';
import type { PullFile, PullOutcome } from './types.ts';

interface Piece {
  readonly offset: number;
  readonly length: number;
  readonly reply: Promise<Reply>;
}

const changed = failed('changed');

/** Asks for pieces ahead of the one that is written. False where the file has another size by now. */
const askAhead = async (
  context: TransferContext,
  key: string,
  { expectedSize: size, rawPath }: PullFile,
  hashed: boolean,
  take: (piece: Piece, bytes: Uint8Array) => Promise<void>,
): Promise<boolean> => {
  const { channel, signal, window } = context;
  const path = onTheWire(rawPath);
  const pieces: Piece[] = [];
  let asked = 0;
  const ask = async (): Promise<void> => {
    const length = Math.min(frameBytes, size - asked);
    await window.acquire(length, signal);
    const reply = channel.request('read', { key, path, offset: asked, length, hashed });
    reply.catch(() => undefined);
    pieces.push({ offset: asked, length, reply });
    asked += length;
  };
  try {
    for (;;) {
      while (asked < size && pieces.length < windowBytes / frameBytes) {
        await ask();
      }
      const [piece] = pieces;
      if (piece === undefined) {
        return true;
      }
      const reply = await orCancelled(piece.reply, signal);
      if (parseReply(openedSchema, reply).size !== size || reply.bytes.byteLength !== piece.length) {
        return false;
      }
      await take(piece, reply.bytes);
      pieces.shift();
      window.release(piece.length);
    }
  } finally {
    for (const { length } of pieces) {
      window.release(length);
    }
  }
};

/**
 * @param expected what the file's sha256 is by the manifest; without it the kernel hashes what it sends
 */
const pullPieces = async (
  context: TransferContext,
  file: PullFile,
  expected: string | undefined,
): Promise<PullOutcome> => {
  const { channel, meter, signal } = context;
  const key = context.newKey();
  let counted = 0;
  let isDone = false;
  const hashed = expected === undefined;
  const content = file.sink.sha256 ? undefined : createHash('sha256');
  try {
    const isWhole = await askAhead(context, key, file, hashed, async ({ offset }, bytes) => {
      const written = file.sink.write(bytes, offset);
      content?.update(bytes);
      await written;
      counted += bytes.byteLength;
      meter.addBytes(bytes.byteLength);
    });
    if (!isWhole) {
      return changed;
    }
    const request = channel.request('end', { key, path: onTheWire(file.rawPath), hashed });
    const { size, mtimeNs, sha256 } = parseReply(endSchema, await orCancelled(request, signal));
    isDone = true;
    const told = expected ?? sha256;
    const found = content?.digest('hex') ?? file.sink.sha256?.();
    if (told === null || size !== file.expectedSize || (found !== undefined && found !== told)) {
      return failed('corrupt');
    }
    counted = 0;
    return { status: 'pulled', size, sha256: told, mtimeNs };
  } catch (error) {
    return refusalOf(error);
  } finally {
    meter.addBytes(-counted);
    if (!isDone) {
      await abandon(context, key);
    }
  }
};

const pullWhole = async (
  { channel, meter, signal, window }: TransferContext,
  files: readonly PullFile[],
): Promise<readonly (PullOutcome | Failed)[]> => {
  const weight = files.reduce((sum, { expectedSize }) => sum + expectedSize, 0);
  await window.acquire(weight, signal);
  try {
    const asked = files.map(({ rawPath, expectedSize }) => [onTheWire(rawPath), expectedSize]);
    const reply = await orCancelled(channel.request('pullMany', { files: asked }), signal);
    const { results } = parseReply(pulledManySchema, reply);
    let offset = 0;
    const landing = files.map(async (file, index): Promise<PullOutcome | Failed> => {
      const result = results[index];
      if (result === undefined || 'error' in result) {
        return failed(result?.error.code ?? 'failed', result?.error.detail);
      }
      const bytes = reply.bytes.subarray(offset, offset + result.size);
      offset += result.size;
      const outcome = await land(file, result, bytes);
      meter.addBytes(bytes.byteLength);
      return outcome;
    });
    await settleAll(landing);
    return await Promise.all(landing);
  } finally {
    window.release(weight);
  }
};

const land = async (
  file: PullFile,
  { size, sha256, mtimeNs }: { readonly size: number; readonly sha256: string; readonly mtimeNs: bigint },
  bytes: Uint8Array,
): Promise<PullOutcome> => {
  if (size !== file.expectedSize) {
    return changed;
  }
  if (bytes.byteLength !== size || createHash('sha256').update(bytes).digest('hex') !== sha256) {
    return failed('corrupt');
  }
  await file.sink.write(bytes, 0);
  return { status: 'pulled', size, sha256, mtimeNs };
};

/** Pulls all; see {@link KernelTransfer.pull}. */
export const pullFiles = async (
  context: TransferContext,
  files: readonly PullFile[],
): Promise<readonly PullOutcome[]> => {
  const outcomes = new Map<PullFile, PullOutcome>();
  const { small, large } = toBatches(files, ({ expectedSize }) => expectedSize);
  const retries: PullFile[] = [];
  await settleAll(
    small.map(async (batch) => {
      const results = await pullWhole(context, batch);
      for (const [index, file] of batch.entries()) {
        const result = results[index] ?? failed('failed');
        const isWorthTrying = 'reason' in result && ['changed', 'corrupt'].includes(result.reason.code);
        if (isWorthTrying) {
          retries.push(file);
        } else {
          context.meter.addFile();
        }
        outcomes.set(file, result);
      }
    }),
  );
  for (const file of retries) {
    outcomes.set(file, await pullPieces(context, file, undefined));
    context.meter.addFile();
  }
  for (const file of large) {
    throwIfAborted(context.signal);
    outcomes.set(file, await twice((isFirst) => pullPieces(context, file, isFirst ? file.expectedSha256 : undefined)));
    context.meter.addFile();
  }
  return files.map((file) => outcomes.get(file) ?? failed('failed'));
};
