// The layout of <data>, the one folder that extension and command line share.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { causeOf, CodedError } from './errors.ts';

/** The paths inside `<data>`; all absolute. */
export interface DataFolder {
  readonly root: string;
  readonly registry: string;
  readonly uploads: string;
  readonly generated: string;
  /** Journals of runs that go on when their program ends. */
  readonly running: string;
  /** State of the embedded gateway that serves this data folder: token, log, kernelspecs. */
  readonly gateway: string;
  /** Deleted attachments, until the trash is emptied: their bytes are nowhere else. Made at first use. */
  readonly trash: string;
  /** Copies that the system's applications opened. Made at first use. */
  readonly opened: string;
}

const platformFolder = (kind: 'data' | 'cache', environment: NodeJS.ProcessEnv): string => {
  const home = homedir();
  switch (process.platform) {
    case 'darwin':
      return join(home, 'Library', kind === 'data' ? 'Application Support' : 'Caches', 'code-interpreter');
    case 'win32':
      return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'code-interpreter', kind);
    default: {
      const base = environment[kind === 'data' ? 'XDG_DATA_HOME' : 'XDG_CACHE_HOME'];
      // An empty variable counts as unset: https://specifications.freedesktop.org/basedir-spec/latest/
      const folder = base === undefined || base === '' ? join(home, kind === 'data' ? '.local/share' : '.cache') : base;
      return join(folder, 'code-interpreter');
    }
  }
};

const firstText = (...candidates: readonly (string | undefined)[]): string | undefined =>
  candidates.find((text) => text !== undefined && text !== '');

/** `<data>`: the folder given, else `CODE_INTERPRETER_DATA_DIR`, else the platform's data folder. */
export const resolveDataFolder = (given?: string, environment: NodeJS.ProcessEnv = process.env): string =>
  resolve(firstText(given, environment['CODE_INTERPRETER_DATA_DIR']) ?? platformFolder('data', environment));

/** Where environments are installed (never inside `<data>`, which kernels can't see): `CODE_INTERPRETER_CACHE_DIR`, else the platform's cache folder. */
export const resolveCacheFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  resolve(firstText(environment['CODE_INTERPRETER_CACHE_DIR']) ?? platformFolder('cache', environment));

/**
 * Creates the folders of `<data>`, private to the user (0700).
 * @throws CodedError `data.notWritable`
 */
export const openDataFolder = (root: string): DataFolder => {
  const folder: DataFolder = {
    root,
    registry: join(root, 'registry.sqlite'),
    uploads: join(root, 'uploads'),
    generated: join(root, 'uploads', 'code_generated'),
    running: join(root, 'running'),
    gateway: join(root, 'gateway'),
    trash: join(root, 'trash'),
    opened: join(root, 'opened'),
  };
  try {
    for (const path of [root, folder.uploads, folder.generated, folder.running, folder.gateway]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    throw new CodedError('data.notWritable', { folder: root, cause: causeOf(error) }, { cause: error });
  }
  return folder;
};
