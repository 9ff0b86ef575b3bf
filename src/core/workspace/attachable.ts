// Which of the files that a transcript links to may be attached without asking.
//
// Only a regular file inside the transcript's own folder, links resolved, no part of its way hidden: a transcript is often
// downloaded, and one that links `~/.ssh/id_rsa`, or lies in the home folder and links `.ssh/id_rsa`, gets nothing unasked.
import { realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import type { AttachmentSource } from './attachmentRecord.ts';

/** Why the user is asked first. `network`: a path to another machine, which was not even looked at. */
export type ConsentReason = 'outside' | 'hidden' | 'network';

/** A link to a file that needs the user's word. */
export interface ConsentRequest {
  /** As the transcript writes it. */
  readonly target: string;
  readonly reason: ConsentReason;
  /** What to attach once it is agreed to. `realPath` is the file to show, where it differs from `path` too. */
  readonly source: AttachmentSource;
}

/** A link that leads to no file. */
export interface UnavailableLink {
  readonly target: string;
  /** Absolute. */
  readonly path: string;
  readonly reason: 'missing' | 'notRegular' | 'unreadable';
}

export interface AttachableLinks {
  readonly attachable: readonly AttachmentSource[];
  readonly needsConsent: readonly ConsentRequest[];
  readonly unavailable: readonly UnavailableLink[];
}

/**
 * Sorts a transcript's links, each once, in their order.
 * @param folder - the transcript's own folder, absolute
 * @param links - targets as paths, decoded; relative to the folder unless absolute
 */
export const resolveAttachable = (
  folder: string,
  links: readonly { readonly target: string }[],
): Promise<AttachableLinks> => Promise.resolve(sortLinks(folder, links));

const sortLinks = (folder: string, links: readonly { readonly target: string }[]): AttachableLinks => {
  const attachable = new Map<string, AttachmentSource>();
  const needsConsent = new Map<string, ConsentRequest>();
  const unavailable = new Map<string, UnavailableLink>();
  for (const { target } of links) {
    const path = resolve(folder, target);
    if (isOnNetwork(target) || (isOnNetwork(path) && !isOnNetwork(folder))) {
      needsConsent.set(path, { target, reason: 'network', source: { path } });
      continue;
    }
    const found = realFile(path);
    if (typeof found === 'string') {
      unavailable.set(path, { target, path, reason: found });
      continue;
    }
    const source: AttachmentSource = { path, name: basename(path), realPath: found.realPath };
    const reason = consentReason(folder, path, found.realPath);
    if (reason === undefined) {
      attachable.set(path, source);
    } else {
      needsConsent.set(path, { target, reason, source });
    }
  }
  return {
    attachable: [...attachable.values()],
    needsConsent: [...needsConsent.values()],
    unavailable: [...unavailable.values()],
  };
};

/** `\\host\share`: on Windows, looking at it already sends the user's credentials to that host. */
const isOnNetwork = (path: string): boolean => /^[\\/]{2}[^\\/]/u.test(path);

const realFile = (path: string): { readonly realPath: string } | UnavailableLink['reason'] => {
  try {
    const realPath = realpathSync.native(path);
    return statSync(realPath).isFile() ? { realPath } : 'notRegular';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' ? 'missing' : 'unreadable';
  }
};

const consentReason = (folder: string, path: string, realPath: string): ConsentReason | undefined => {
  const inside = wayInside(realpathSync.native(folder), realPath);
  if (inside === undefined) {
    return 'outside';
  }
  // The way that was written counts too: a visible name may be a link into a hidden folder, or the other way round.
  const written = wayInside(resolve(folder), path) ?? [];
  return [...inside, ...written].some((name) => name.startsWith('.')) ? 'hidden' : undefined;
};

/** The names from a folder to a path inside it; `undefined` when it is not inside. */
const wayInside = (folder: string, path: string): readonly string[] | undefined => {
  const way = relative(folder, path);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way.split(sep);
};
