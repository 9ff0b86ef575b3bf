// The bytes of a kept file, read once: whoever gets all of them knows that they are those that were kept.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { throwIfAborted } from '../async.ts';
import { CodedError } from '../errors.ts';

/** A kept file to be copied. */
export interface KeptContent {
  readonly id: string;
  /** Its own name. */
  readonly name: string;
  /** Where its bytes are. */
  readonly path: string;
  readonly sha256: string;
}

/**
 * All bytes, chunk by chunk; the last step checks them.
 * @throws CodedError `file.damaged`, `cancelled`
 */
export const keptBytes = async function* (content: KeptContent, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(content.path, { highWaterMark: 1 << 20 })) {
    throwIfAborted(signal);
    const part = chunk as Buffer;
    hash.update(part);
    yield part;
  }
  if (hash.digest('hex') !== content.sha256) {
    throw new CodedError('file.damaged', { id: content.id, cause: 'its bytes are not those that were kept' });
  }
};
