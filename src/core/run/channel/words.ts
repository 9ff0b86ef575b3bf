// Why a file did not come, or did not go, through the kernel connection.
import type { TransferFailure } from '../../kernel/transfer/types.ts';
import type { NameRefusal } from '../../workspace/landing/entryPath.ts';
import type { LandingProblemCode } from '../../workspace/landing/problem.ts';

export const refusalWords: Record<NameRefusal, string> = {
  notRelative: 'its name is no path below /mnt/data',
  leadsOut: 'its name leads out of /mnt/data',
  notUtf8: 'its name is not valid UTF-8',
  nul: 'its name has a NUL byte',
  nameTooLong: 'its name is longer than 255 bytes',
  pathTooLong: 'its path is too long',
  tooDeep: 'it lies too deep in folders',
  ours: 'its name is kept for unfinished files',
  notOnWindows: 'Windows can have no file of this name',
};

/** Reasons of the plan that are none of the name. */
export const leftWords = {
  symlink: 'a symbolic link is not kept',
  hardLinked: 'a hard link to a file outside of /mnt/data is not kept',
  special: 'a named pipe, socket or device is not kept',
  unreadable: "it can't be read",
  closed: "what is in it can't be read",
  nameTwin: "this machine's disk can't tell its name from that of another file",
} as const;

export const landingWords: Record<LandingProblemCode, string> = {
  blocked: 'something else has its name in the workspace on this machine',
  tooLarge: 'it was larger than the kernel said',
  gap: 'bytes of it were missing',
  corrupt: 'it did not arrive whole',
  replaced: 'the workspace was replaced by something else',
  noSpace: 'this disk has no space for it',
  unwritable: "it can't be written here",
};

const failureWords: Partial<Record<TransferFailure['code'], string>> & { readonly noSpace: string } = {
  changed: 'it kept changing while it was copied',
  missing: 'it was gone when it was to be copied',
  denied: 'the kernel has no permission for it',
  irregular: 'it is no regular file',
  outside: 'it lies outside of /mnt/data',
  noSpace: "the kernel's machine has no space for it",
  corrupt: 'it did not arrive whole, twice',
};

/** How much room a file needs, and where it is known how much there is. */
const needed = /^\d+ bytes are needed(?:, \d+ are free)?$/;

/**
 * A failure of the other side in words; its own words only where there are no better ones.
 * @param size - of the file, in bytes
 */
export const failureReason = ({ code, detail }: TransferFailure, size: number): string => {
  if (code === 'noSpace') {
    return `${failureWords[code]}: ${needed.test(detail) ? detail : `${size} bytes are needed`}`;
  }
  return failureWords[code] ?? (detail === '' ? 'it could not be copied' : detail);
};
