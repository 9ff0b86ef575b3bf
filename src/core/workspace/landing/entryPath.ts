// Names that come from the kernel's side, as raw bytes: each one is landed exactly as it is there, or refused with a reason.
import { isUtf8 } from 'node:buffer';
import { isStagedName, isTrashName } from '../staging.ts';

/**
 * Why a name is not landed. `notRelative`: empty, absolute, or with an empty part. `leadsOut`: a part is `.` or `..`.
 * `notUtf8`, `nul`: no path of this kind can be. `nameTooLong`, `pathTooLong`, `tooDeep`: beyond what is safe to have here.
 * `ours`: names that this program gives to unfinished files. `notOnWindows`: Windows can't have it, or would have another.
 */
export type NameRefusal =
  'notRelative' | 'leadsOut' | 'notUtf8' | 'nul' | 'nameTooLong' | 'pathTooLong' | 'tooDeep' | 'ours' | 'notOnWindows';

export type EntryPath =
  /** From the workspace's root, separated by `/`; valid on this machine. */
  | { readonly kind: 'valid'; readonly relativePath: string }
  | { readonly kind: 'refused'; readonly refusal: NameRefusal };

/** NAME_MAX of the file systems in use. */
const LONGEST_NAME_BYTES = 255;
/** Far enough below PATH_MAX (4096) for a data folder before it. */
const LONGEST_PATH_BYTES = 2048;
/** Parts, the file's own name included; folders below the root are at most as deep as a snapshot looks. */
const MOST_PARTS = 65;

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file; the superscript digits count as digits there. */
const WINDOWS_RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])[ ]*(?:\.|:|$)/iu;

/** Separators, streams (`a:b`), wildcards, quotes, controls; and a dot or space at the end, which Windows takes off. */

const WINDOWS_FORBIDDEN = /[\u0000-\u001f<>:"|?*\\]|[. ]$/u;

const refused = (refusal: NameRefusal): EntryPath => ({ kind: 'refused', refusal });

const refusalOf = (name: string, platform: NodeJS.Platform): NameRefusal | undefined => {
  if (name === '') {
    return 'notRelative';
  }
  if (name === '.' || name === '..') {
    return 'leadsOut';
  }
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) {
    return 'nameTooLong';
  }
  if (isStagedName(name) || isTrashName(name)) {
    return 'ours';
  }
  return platform === 'win32' && (WINDOWS_RESERVED.test(name) || WINDOWS_FORBIDDEN.test(name))
    ? 'notOnWindows'
    : undefined;
};

/**
 * Checks a path of the kernel's folder. Newlines, controls, marks of direction, backslashes and `C:` are letters like any
 * other where the system takes them for that, and are kept exactly.
 */
export const readEntryPath = (rawPath: Uint8Array, platform: NodeJS.Platform = process.platform): EntryPath => {
  if (rawPath.length > LONGEST_PATH_BYTES) {
    return refused('pathTooLong');
  }
  if (rawPath.includes(0)) {
    return refused('nul');
  }
  if (!isUtf8(rawPath)) {
    return refused('notUtf8');
  }
  const relativePath = Buffer.from(rawPath).toString('utf8');
  const names = relativePath.split('/');
  for (const name of names) {
    const refusal = refusalOf(name, platform);
    if (refusal !== undefined) {
      return refused(refusal);
    }
  }
  return names.length > MOST_PARTS ? refused('tooDeep') : { kind: 'valid', relativePath };
};

const LONGEST_SHOWN_BYTES = 300;

/** A raw path as text to be shown: what is not UTF-8 and what is a control is written `\xNN`; a long one is cut. */
export const shownPath = (rawPath: Uint8Array): string => {
  const cut = rawPath.subarray(0, LONGEST_SHOWN_BYTES);
  const text = isUtf8(cut)
    ? Buffer.from(cut).toString('utf8')
    : Buffer.from(cut)
        .toString('latin1')
        .replace(/[\u0080-\u00ff]/gu, escapeLetter);
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, escapeLetter) + (cut.length < rawPath.length ? '…' : '');
};

const escapeLetter = (letter: string): string => {
  const code = letter.codePointAt(0) ?? 0;
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
};
