// Opens the way for files through the kernel connection: puts the kernel's side there, and finds out what gets through.
import { createHash, randomUUID } from 'node:crypto';
import { orCancelled, throwIfAborted, within } from '../../async.ts';
import { CodedError, isCoded } from '../../errors.ts';
import type { KernelSession } from '../../gateway/kernelSession.ts';
import { resourceText } from '../../resources.ts';
import { isolatedCode } from '../kernelPython.ts';
import { windowBytes } from './batches.ts';
import { openChannel, RefusedError, type Reply, type TransferChannel } from './channel.ts';
import { onTheWire, type TransferContext } from './context.ts';
import { createProgressMeter } from './progress.ts';
import { pullFiles } from './pull.ts';
import { pushFiles } from './push.ts';
import { helloSchema, pageSchema, parseReply } from './replies.ts';
import type { KernelEntry, KernelManifest, KernelTransfer, ListOptions, TransferOptions } from './types.ts';
import { createWindow } from './window.ts';

/** What a transfer needs of a kernel. */
export type TransferSession = Pick<KernelSession, 'execute' | 'openComm'>;

const target = 'code_interpreter_transfer';
const parts = ['folder', 'behind', 'receiving', 'sending', 'manifest', 'transfer'] as const;
/** Milliseconds for the probe: the kernel has just answered, so only what can't get through takes longer. */
const probeBound = 5_000;

const installCode = (folder: string): string =>
  isolatedCode(resourceText('kernel/python/transfer_loader.py'), {
    sources: Object.fromEntries(parts.map((name) => [name, resourceText(`kernel/python/${name}.py`)])),
    folder,
  });

const install = async (session: TransferSession, folder: string, signal: AbortSignal | undefined): Promise<void> => {
  const outcome = await orCancelled(session.execute({ code: installCode(folder), silent: true }), signal);
  if (outcome.kind === 'lost') {
    throw new CodedError('kernel.gone', { reason: outcome.reason.kind });
  }
  if (outcome.content.status === 'error') {
    throw new CodedError('transfer.unavailable', { reason: `${outcome.content.ename}: ${outcome.content.evalue}` });
  }
};

/** Each byte value, in an order that no text survives. */
const probeBytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 7) % 256);
const probeSha256 = createHash('sha256').update(probeBytes).digest('hex');

/** Whether bytes come to the kernel and back as they were. */
const comesBack = async (channel: TransferChannel): Promise<boolean> => {
  const reply = await within(channel.request('hello', {}, probeBytes), probeBound, undefined);
  if (reply === undefined) {
    return false;
  }
  const { sha256 } = parseReply(helloSchema, reply);
  return sha256 === probeSha256 && Buffer.from(probeBytes).equals(reply.bytes);
};

const chooseFrames = async (channel: TransferChannel): Promise<void> => {
  if (await comesBack(channel)) {
    return;
  }
  channel.frames = 'base64';
  if (!(await comesBack(channel))) {
    throw new CodedError('transfer.unavailable', { reason: 'no bytes come to the kernel and back unchanged' });
  }
};

const toEntry = ([path, kind, size, mtimeNs, links, sha256]: readonly [
  string,
  KernelEntry['kind'],
  number,
  bigint,
  number,
  string | null,
]): KernelEntry => ({ rawPath: Buffer.from(path, 'base64'), kind, size, mtimeNs, links, sha256 });

/** Bytes of all paths of a manifest: a kernel could tell two hundred thousand of the longest. */
const mostNameBytes = 64 << 20;
/** Pages of a manifest: one of few rows each would go on for hours. An honest kernel has fewer entries, or terabytes, on each. */
const mostPages = 10_000;

const listFolder = async (
  channel: TransferChannel,
  key: string,
  { hashes, limit, hashLimit = Number.MAX_SAFE_INTEGER, signal }: ListOptions,
): Promise<KernelManifest> => {
  const entries: KernelEntry[] = [];
  let nameBytes = 0;
  for (let page = 0; ; page++) {
    throwIfAborted(signal);
    const reply = await orCancelled(channel.request('list', { key, hashes, limit, hashLimit, page }), signal);
    const { rows, more, truncated } = parseReply(pageSchema, reply);
    entries.push(...rows.slice(0, limit - entries.length).map(toEntry));
    nameBytes += rows.reduce((sum, [path]) => sum + path.length, 0);
    if ((entries.length >= limit || nameBytes > mostNameBytes || page >= mostPages) && more) {
      return { entries, truncated: true };
    }
    // A page without a row that promises more would go on for ever.
    if (!more || rows.length === 0) {
      return { entries, truncated };
    }
  }
};

/**
 * Opens the transfer of files to and from a folder of the kernel's machine. The kernel's side must have been started there
 * (`bootstrapRequest`). To be opened anew after a restart.
 * @param folder - as the kernel's machine names it
 * @throws CodedError `transfer.unavailable`, `kernel.gone`, `cancelled`
 */
export const openTransfer = async (
  session: TransferSession,
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<KernelTransfer> => {
  await install(session, folder, signal);
  const channel = openChannel(session, target);
  try {
    await orCancelled(chooseFrames(channel), signal);
  } catch (error) {
    channel.dispose();
    throw isCoded(error) ? error : new CodedError('transfer.unavailable', { reason: String(error) }, { cause: error });
  }
  const prefix = randomUUID();
  let keys = 0;
  const newKey = (): string => `${prefix}-${++keys}`;
  const window = createWindow(windowBytes);

  const measured = async <T>(
    total: { readonly bytes: number; readonly files: number },
    options: TransferOptions,
    work: (context: TransferContext) => Promise<T>,
  ): Promise<T> => {
    throwIfAborted(options.signal);
    using meter = createProgressMeter(channel, total, options);
    try {
      return await work({ channel, window, meter, signal: options.signal, newKey });
    } catch (error) {
      if (error instanceof RefusedError) {
        const { code, detail } = error.failure;
        throw new CodedError('transfer.unavailable', { reason: detail || code }, { cause: error });
      }
      throw error;
    }
  };

  const ask = (
    operation: string,
    fields: Parameters<TransferChannel['request']>[1],
    options: TransferOptions,
  ): Promise<Reply> =>
    measured({ bytes: 0, files: 0 }, options, () => orCancelled(channel.request(operation, fields), options.signal));

  return {
    frames: channel.frames,
    list: (options) => measured({ bytes: 0, files: 0 }, options, () => listFolder(channel, newKey(), options)),
    push: (files, options = {}) =>
      measured({ bytes: files.reduce((sum, { size }) => sum + size, 0), files: files.length }, options, (context) =>
        pushFiles(context, files),
      ),
    pull: (files, options = {}) =>
      measured(
        { bytes: files.reduce((sum, { expectedSize }) => sum + expectedSize, 0), files: files.length },
        options,
        (context) => pullFiles(context, files),
      ),
    remove: async (rawPaths, options = {}) => {
      await ask('remove', { paths: rawPaths.map(onTheWire) }, options);
    },
    clear: async (options = {}) => {
      await ask('clear', {}, options);
    },
    dispose: () => {
      channel.dispose();
    },
  };
};
