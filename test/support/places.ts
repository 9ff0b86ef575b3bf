// Where tests find the project, its Python environments, and folders of their own.
import { realpathSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The environments that the set-up of `npm test` installed. */
export const cacheFolder = resolve(process.env['CODE_INTERPRETER_CACHE_DIR'] ?? join(repository, '.cache'));

const atExitWorks = new Set<() => void>();

process.once('exit', () => {
  for (const work of atExitWorks) {
    try {
      work();
    } catch {
      // What it ends or removes is gone already.
    }
  }
});

/** Does `work` when this process ends, however it comes to that short of a SIGKILL; the returned function takes it back. */
export const atExit = (work: () => void): (() => void) => {
  atExitWorks.add(work);
  return () => {
    atExitWorks.delete(work);
  };
};

/** A folder of this process's own, removed when the process ends. */
export const temporaryFolder = async (purpose: string): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), `code-interpreter-${purpose}-`));
  atExit(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
};

/**
 * Removes the home of a kernel's private folder (the folder above it). Refuses what is not inside the system's temporary folder:
 * an empty path would make it the folder that the checkout lies in.
 */
export const removeHomeOf = (folder: string): void => {
  const home = join(folder, '..');
  const inside = relative(realpathSync(tmpdir()), realpathSync(dirname(home)));
  if (!isAbsolute(folder) || inside.startsWith('..') || isAbsolute(inside)) {
    throw new Error(`not removed, since it is not in the temporary folder: ${home}`);
  }
  rmSync(home, { recursive: true, force: true });
};
