// Where tests find the project, its Python environments, and folders of their own.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The environments that the set-up of `npm test` installed. */
export const cacheFolder = resolve(process.env['CODE_INTERPRETER_CACHE_DIR'] ?? join(repository, '.cache'));

/** A folder of this process's own, removed when the process ends. */
export const temporaryFolder = async (purpose: string): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), `code-interpreter-${purpose}-`));
  process.once('exit', () => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
};
