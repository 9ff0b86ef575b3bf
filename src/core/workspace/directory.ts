// An open folder: what happens in it stays in it, even when code replaces the path to it by a link.
//
// Node has no openat(2). On Linux `/proc/<pid>/fd/<n>/<name>` does the same: the kernel resolves `<name>` from the open
// folder, whatever has become of the path that once led there (proc(5), /proc/pid/fd). Elsewhere the path is checked.
import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, statSync } from 'node:fs';
import { sep } from 'node:path';

/** Which folder it is, for as long as it exists. */
export interface FolderIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** An open folder. Names are single names, never paths. */
export interface Directory extends FolderIdentity {
  /** The path for calls that take one; valid until `close`. */
  readonly path: string;
  /** Whether names are resolved from the open folder itself, so that no exchange of the path can lead elsewhere. */
  readonly anchored: boolean;
  /** The path of one name in this folder. */
  pathOf(name: string): string;
  /** Opens a folder in this one. Throws the system's error: ENOTDIR or ELOOP where it is a link or no folder. */
  child(name: string): Directory;
  /** Makes the names in this folder durable, where the system can. */
  sync(): void;
  /** The descriptor, where there is one. */
  readonly descriptor: number | undefined;
  close(): void;
}

/** A flag of open(2), 0 where the platform lacks it (`O_NOFOLLOW` and `O_DIRECTORY` on Windows). */
export const openFlag = (name: 'O_NOFOLLOW' | 'O_DIRECTORY' | 'O_NONBLOCK'): number => {
  const flags: Partial<Record<string, number>> = constants;
  return flags[name] ?? 0;
};

const notAFolder = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`ENOTDIR: not a directory, open '${path}'`), { code: 'ENOTDIR' });

/**
 * Opens the folder at `path`, which must be a folder itself and no link to one.
 * @throws the system's error: ENOENT, ENOTDIR, ELOOP, EACCES
 */
export const openDirectory = (path: string): Directory => {
  const before = lstatSync(path, { bigint: true });
  if (!before.isDirectory()) {
    throw notAFolder(path);
  }
  if (process.platform === 'win32') {
    return checkedDirectory(path, before.dev, before.ino, undefined);
  }
  const descriptor = openSync(
    path,
    constants.O_RDONLY | openFlag('O_DIRECTORY') | openFlag('O_NOFOLLOW') | openFlag('O_NONBLOCK'),
  );
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return leadsTo(anchor(descriptor), dev, ino)
    ? anchoredDirectory(descriptor, dev, ino)
    : checkedDirectory(path, dev, ino, descriptor);
};

/** By the process id: through `/proc/self` each call takes a fifth longer. */
const anchor = (descriptor: number): string => `/proc/${process.pid}/fd/${descriptor}`;

const leadsTo = (path: string, device: bigint, inode: bigint): boolean => {
  try {
    const found = statSync(path, { bigint: true });
    return found.dev === device && found.ino === inode;
  } catch {
    return false;
  }
};

const anchoredDirectory = (descriptor: number, device: bigint, inode: bigint): Directory => {
  const path = anchor(descriptor);
  return {
    path,
    anchored: true,
    device,
    inode,
    descriptor,
    pathOf: (name) => `${path}/${name}`,
    child: (name) => {
      const child = openSync(
        `${path}/${name}`,
        constants.O_RDONLY | openFlag('O_DIRECTORY') | openFlag('O_NOFOLLOW') | openFlag('O_NONBLOCK'),
      );
      const { dev, ino } = fstatSync(child, { bigint: true });
      return anchoredDirectory(child, dev, ino);
    },
    sync: () => {
      fsyncSync(descriptor);
    },
    close: () => {
      closeSync(descriptor);
    },
  };
};

const checkedDirectory = (path: string, device: bigint, inode: bigint, descriptor: number | undefined): Directory => ({
  path,
  anchored: false,
  device,
  inode,
  descriptor,
  pathOf: (name) => `${path}${sep}${name}`,
  child: (name) => {
    if (!leadsTo(path, device, inode)) {
      throw notAFolder(path);
    }
    return openDirectory(`${path}${sep}${name}`);
  },
  sync: () => {
    if (descriptor !== undefined) {
      fsyncSync(descriptor);
    }
  },
  close: () => {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  },
});

/** Whether `path` is still the folder that was opened, and no link has taken its place. */
export const isStillAt = (directory: FolderIdentity, path: string): boolean => {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.dev === directory.device && found.ino === directory.inode;
};

/** Opens the folder at the end of `names`, each of which must be a folder itself. The caller closes it. */
export const openFolderInside = (root: string, names: readonly string[]): Directory => {
  let directory = openDirectory(root);
  for (const name of names) {
    const parent = directory;
    try {
      directory = parent.child(name);
    } finally {
      parent.close();
    }
  }
  return directory;
};
