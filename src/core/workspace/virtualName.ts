// Files of a workspace by the path that users, code and models see.
import { posix } from 'node:path';
import { virtualRoot } from '../paths/virtualPath.ts';

/** `/mnt/data/<relative path>`; the root itself for an empty one. */
export const virtualPath = (relativePath: string): string =>
  relativePath === '' ? virtualRoot : `${virtualRoot}/${relativePath}`;

const SANDBOX = 'sandbox:';

/**
 * The path from the workspace's root that a virtual path names, empty for the root; `undefined` when it leads elsewhere
 * (`/mnt/data2`, `/mnt/data/../x`). `sandbox:/mnt/data/...`, as models write links, is the same path.
 */
export const relativePathOf = (path: string): string | undefined => {
  const plain = path.startsWith(SANDBOX) ? path.slice(SANDBOX.length) : path;
  if (!plain.startsWith('/') || plain.includes('\0')) {
    return undefined;
  }
  // POSIX leaves `//x` to the system (XBD 4.13); where /mnt/data is a folder, one slash is the same.
  const normal = posix.normalize(plain).replace(/^\/+/u, '/').replace(/\/$/u, '');
  if (normal === virtualRoot) {
    return '';
  }
  return normal.startsWith(`${virtualRoot}/`) ? normal.slice(virtualRoot.length + 1) : undefined;
};
