// Which folder name a message gets. Pure rules: what is in use, and that a name is given once, is the registry's part.
import { createHash } from 'node:crypto';
import type { MessageKey } from './messageKey.ts';

/** Long enough for a UUID and for readable ids; short enough that `code_gen_<folder>_<hash>-n.json` stays far below 255 bytes. */
const LONGEST_PLAIN_NAME = 64;
const LONGEST_STEM = 32;
const HASH_DIGITS = 12;

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file: reserved with any extension too, and in any case. */
const WINDOWS_RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/** Names inside `uploads` that are no message's. */
const TAKEN_BY_US = 'code_generated';

/** How a name is compared: case-blind disks see `A` and `a` as one. Names given here are ASCII, so this is exact. */
export const foldName = (name: string): string => name.toLowerCase();

/** Whether a name is one that this file gives out: safe as a folder on every platform, in a URL and in a shell word. */
export const isSafeFolderName = (name: string): boolean =>
  name.length <= LONGEST_PLAIN_NAME &&
  /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/.test(name) &&
  !WINDOWS_RESERVED.test(name) &&
  foldName(name) !== TAKEN_BY_US;

/** The readable part of a made-up name: what is plain in the id. It never decides uniqueness; the hash after it does. */
const stemOf = (id: string): string => {
  const stem = id
    .slice(0, LONGEST_PLAIN_NAME)
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST_STEM)
    .replace(/-+$/, '');
  return stem || 'message';
};

/** JSON keeps what UTF-8 loses (lone surrogates) and where one part ends, so different keys never hash the same text. */
const hashOf = (key: MessageKey, attempt: number): string =>
  createHash('sha256')
    .update(JSON.stringify([key.user, key.chatId, key.messageId, attempt]))
    .digest('hex')
    .slice(0, HASH_DIGITS);

/**
 * The names a key may get, best first, without end: the message id itself where it is plain and safe (the chat id where the
 * message has none), then safe names of the key's own. The same key always gives the same list.
 */
export function* folderNameCandidates(key: MessageKey): Generator<string, never> {
  const id = key.messageId || key.chatId;
  if (isSafeFolderName(id)) {
    yield id;
  }
  const stem = stemOf(id);
  for (let attempt = 1; ; attempt += 1) {
    yield `${stem}-${hashOf(key, attempt)}`;
  }
}

/** The first of a key's names that is not in use; `isInUse` is asked with the name as it would be created. */
export const chooseFolderName = (key: MessageKey, isInUse: (name: string) => boolean): string => {
  for (const name of folderNameCandidates(key)) {
    if (!isInUse(name)) {
      return name;
    }
  }
  throw new RangeError('the candidates never end');
};
