// Which files of a workspace are kept: all but caches and temporary files, or the types that the user chose.

/** Folders that programs fill for themselves and fill again when they are gone. */
const cacheFolders: ReadonlySet<string> = new Set([
  '__pycache__',
  '.ipynb_checkpoints',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.hypothesis',
  '.cache',
  '.numba_cache',
  '.virtual_documents',
  '.spotlight-v100',
  '.fseventsd',
  '.trashes',
]);

const cacheNames: ReadonlySet<string> = new Set(['.ds_store', 'thumbs.db', 'desktop.ini', '.directory']);

/** In lower case. Only what its own program removes or writes again; `.bak`, `.lock`, `.log`, `-wal` and dotfiles in general are files like any other. */
const temporaryNames: readonly RegExp[] = [
  /\.py[co]$/u,
  /\.tmp$/u,
  /\.crdownload$/u,
  /~$/u, // backups of Emacs, gedit, Kate
  /^\.?#.*#$/u, // autosave of Emacs
  /^\.#/u, // lock of Emacs
  /^\..*\.sw[a-p]$/u, // Vim
  /^~\$/u, // owner file of Microsoft Office
  /^\.~lock\..*#$/u, // LibreOffice
  /^\._/u, // AppleDouble: what macOS writes beside a file on foreign disks
  /^\.nfs[0-9a-f]+$/u, // an open file that was removed on NFS
  /^\.fuse_hidden[0-9a-f]+$/u, // the same on FUSE
  /-shm$/u, // SQLite's shared memory, made again from the -wal file: https://www.sqlite.org/walformat.html
];

/** Why a file is kept or not. */
export type Tracking = 'tracked' | 'cache' | 'temporary' | 'otherType';

/**
 * Whether a file is kept, and why not.
 * @param extensions the types that are kept, with or without their dot, in any case (`.tar.gz` too); `null` keeps all but caches and temporary files
 */
export const trackingOf = (relativePath: string, extensions: readonly string[] | null): Tracking => {
  const names = relativePath.toLowerCase().split('/');
  const name = names.pop() ?? '';
  if (names.some((folder) => cacheFolders.has(folder) || /^\.trash-\d+$/u.test(folder))) {
    return 'cache';
  }
  if (cacheNames.has(name)) {
    return 'cache';
  }
  const chosen = extensions?.some((extension) => endsWith(name, extension));
  if (!chosen && temporaryNames.some((pattern) => pattern.test(name))) {
    return 'temporary';
  }
  return chosen === false ? 'otherType' : 'tracked';
};

const endsWith = (name: string, extension: string): boolean => {
  const ending = extension.trim().toLowerCase();
  const dotted = ending.startsWith('.') ? ending : `.${ending}`;
  return dotted.length > 1 && name.length > dotted.length && name.endsWith(dotted);
};

/** Whether a file is kept; see {@link trackingOf}. */
export const isTracked = (relativePath: string, extensions: readonly string[] | null): boolean =>
  trackingOf(relativePath, extensions) === 'tracked';
