// <data>/uploads/code_generated: kept bytes under their file id, read-only, each with its sidecar. Knows no database.
//
// The sidecar is put there before the content: content under its final name always has its sidecar.
import { chmodSync, existsSync, statSync, unlinkSync, type BigIntStats } from 'node:fs';
import { chmod, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from '../dataFolder.ts';
import { causeOf, CodedError } from '../errors.ts';
import { openRegularFile, readContent } from '../workspace/regularFile.ts';
import { stagedName } from '../workspace/staging.ts';
import { readSidecar, sidecarText, type Sidecar } from './sidecar.ts';
import { copyStable, type CopySource, type DiskAbilities, type StagedCopy } from './stableCopy.ts';

export interface Staged extends StagedCopy {
  readonly path: string;
}

/** Something kept, for comparing. */
export interface KeptContent {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
}

export interface ContentStore {
  contentPath(id: string): string;
  /** Copies a workspace's file into the store, not yet under a name of its own. */
  stage(source: CopySource, signal?: AbortSignal): Promise<Staged>;
  /** A staged second name for content that is kept already; `undefined` where the disk can't, or the content is not sound. */
  stageLink(content: KeptContent): Promise<Staged | undefined>;
  discard(staged: Staged): Promise<void>;
  /** Whether some file has this id as its name, known or not. */
  isTaken(id: string): boolean;
  /** Gives staged content its name, with its sidecar; durable when this returns. */
  place(staged: Staged, sidecar: Sidecar): Promise<void>;
  writeSidecar(sidecar: Sidecar): Promise<void>;
  /** @throws as {@link readSidecar} */
  readSidecar(id: string): Promise<Sidecar>;
  /** Removes a file and its sidecar; nothing where they are not there. */
  remove(id: string): void;
  /** Whether the content is there with this size. */
  isWhole(content: Pick<KeptContent, 'id' | 'size'>): boolean;
  /**
   * Reads all of it.
   * @throws CodedError `file.damaged`, `cancelled`
   */
  verify(content: KeptContent, signal?: AbortSignal): Promise<void>;
  /** The ids of all sidecars, and of all content. */
  list(): Promise<{ readonly sidecars: Set<string>; readonly contents: Set<string> }>;
  /** Changes with every name that comes or goes. */
  stamp(): string;
  /** Removes what was staged before a time (epoch milliseconds) and never got its name. */
  sweepStaged(olderThan: number): Promise<number>;
}

const SIDECAR = '.json';
const STAGING = '.staging';

export const createContentStore = (data: DataFolder): ContentStore => {
  const folder = data.generated;
  const staging = join(folder, STAGING);
  const disk: DiskAbilities = { canReflink: true };
  const syncNames = shared(() => syncFolder(folder));
  const contentPath = (id: string): string => join(folder, id);
  const sidecarPath = (id: string): string => join(folder, id + SIDECAR);
  const newStaged = async (): Promise<string> => {
    await mkdir(staging, { recursive: true, mode: 0o700 });
    return join(staging, stagedName());
  };

  const check = async ({ id, size, sha256 }: KeptContent, signal?: AbortSignal): Promise<void> => {
    const file = await openRegularFile(contentPath(id));
    try {
      if (file.status.size !== BigInt(size)) {
        throw new Error(`${file.status.size} bytes instead of ${size}`);
      }
      const found = await readContent(file, { signal });
      if (found.sha256 !== sha256) {
        throw new Error(`sha256 ${found.sha256} instead of ${sha256}`);
      }
    } finally {
      await file.handle.close();
    }
  };

  const writeSidecar = async (sidecar: Sidecar): Promise<void> => {
    const staged = await newStaged();
    try {
      const file = await open(staged, 'wx', 0o600);
      try {
        await file.writeFile(sidecarText(sidecar));
        await file.sync();
      } finally {
        await file.close();
      }
      await setReadOnly(staged);
      await replace(staged, sidecarPath(sidecar.id));
    } catch (error) {
      await rm(staged, { force: true });
      throw error;
    }
  };

  return {
    contentPath,
    stage: async (source, signal) => {
      const path = await newStaged();
      return { path, ...(await copyStable(source, path, disk, signal)) };
    },
    stageLink: async (content) => {
      const path = await newStaged();
      try {
        await check(content);
        await link(contentPath(content.id), path);
        return { path, size: content.size, sha256: content.sha256 };
      } catch {
        await rm(path, { force: true });
        return undefined;
      }
    },
    discard: ({ path }) => rm(path, { force: true }),
    isTaken: (id) => existsSync(contentPath(id)) || existsSync(sidecarPath(id)),
    place: async (staged, sidecar) => {
      await setReadOnly(staged.path);
      await writeSidecar(sidecar);
      await replace(staged.path, contentPath(sidecar.id));
      await syncNames();
    },
    writeSidecar: async (sidecar) => {
      await writeSidecar(sidecar);
      await syncNames();
    },
    readSidecar: (id) => readSidecar(sidecarPath(id)),
    remove: (id) => {
      removeReadOnly(contentPath(id));
      removeReadOnly(sidecarPath(id));
    },
    isWhole: ({ id, size }) => {
      const status = statSync(contentPath(id), { throwIfNoEntry: false });
      return status?.isFile() === true && status.size === size;
    },
    verify: async (content, signal) => {
      try {
        await check(content, signal);
      } catch (error) {
        throw error instanceof CodedError
          ? error
          : new CodedError('file.damaged', { id: content.id, cause: causeOf(error) }, { cause: error });
      }
    },
    list: async () => {
      const sidecars = new Set<string>();
      const contents = new Set<string>();
      for (const name of await readdir(folder)) {
        if (name.endsWith(SIDECAR)) {
          sidecars.add(name.slice(0, -SIDECAR.length));
        } else if (name !== STAGING) {
          contents.add(name);
        }
      }
      return { sidecars, contents };
    },
    stamp: () => {
      const { mtimeNs, ino }: BigIntStats = statSync(folder, { bigint: true });
      return `${mtimeNs} ${ino}`;
    },
    sweepStaged: async (olderThan) => {
      const names = await readdir(staging).catch(() => []);
      let removed = 0;
      for (const name of names) {
        const path = join(staging, name);
        const status = await stat(path).catch(() => undefined);
        if (status && status.ctimeMs < olderThan) {
          await rm(path, { force: true });
          removed += 1;
        }
      }
      return removed;
    },
  };
};

const setReadOnly = (path: string): Promise<void> => chmod(path, 0o400);

/** Windows neither renames onto nor removes a read-only file. */
const isReadOnlyALock = process.platform === 'win32';

const replace = async (from: string, to: string): Promise<void> => {
  if (isReadOnlyALock) {
    removeReadOnly(to);
  }
  await rename(from, to);
};

const removeReadOnly = (path: string): void => {
  try {
    if (isReadOnlyALock) {
      chmodSync(path, 0o600);
    }
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
};

/** Makes names durable; Windows has no such call for a folder. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Several callers at once share the work: each waits for one that began after its call, and those that wait for the next one wait for the
 * same.
 */
const shared = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    next = undefined;
    const current = work().finally(() => {
      if (running === current) {
        running = undefined;
      }
    });
    running = current;
    return current;
  };
  return () => {
    if (!running) {
      return start();
    }
    next ??= running.then(start, start);
    return next;
  };
};
