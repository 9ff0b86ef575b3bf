// The Python environments of the embedded gateway, in the cache folder: gateway and kernel apart, because the gateway pins an
// old jupyter_client. Installed by one process at a time, complete or not there.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { causeOf, CodedError } from '../../errors.ts';
import { causeIn, runCommand } from './commands.ts';
import { withLock } from './lock.ts';
import type { Python } from './python.ts';
import type { Recipe } from './recipes.ts';

export { gatewayRecipe, kernelGatewayRecipe, kernelRecipe, type Recipe } from './recipes.ts';

/** What is being done, why, and how far it is (0 to 1). */
export interface SetUpProgress {
  readonly step: string;
  readonly reason: string;
  readonly fraction?: number;
}

export interface Environment {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
}

export interface InstallOptions {
  readonly onProgress: (progress: SetUpProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

const interpreterIn = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');

const installBound = 20 * 60_000;

const manifestOf = (recipe: Recipe, python: Python): string =>
  JSON.stringify({ python: python.version.join('.'), installs: recipe.installs }, null, 2);

const folderOf = (cacheFolder: string, recipe: Recipe, python: Python): string => {
  const hash = createHash('sha256').update(manifestOf(recipe, python)).digest('hex').slice(0, 8);
  return join(cacheFolder, `${recipe.name}-${python.version.join('.')}-${hash}`);
};

/** Written last: an environment without it is not complete. */
const completeIn = (folder: string): string => join(folder, 'complete.json');

/** The environment when it is completely installed, else `null`. Cheap: nothing is run. */
export const findEnvironment = (cacheFolder: string, recipe: Recipe, python: Python): Environment | null => {
  const folder = folderOf(cacheFolder, recipe, python);
  const interpreter = interpreterIn(folder);
  return existsSync(completeIn(folder)) && existsSync(interpreter) ? { folder, python: interpreter } : null;
};

/** Reports how far pip is by what it says: it names each package that it gets. */
const pipProgress = (recipe: Recipe, onProgress: InstallOptions['onProgress']): ((line: string) => void) => {
  let collected = 0;
  let installing = false;
  return (line) => {
    if (/^\s*Collecting /.test(line)) {
      collected++;
    } else if (line.startsWith('Installing collected packages')) {
      installing = true;
    } else {
      return;
    }
    const got = Math.min(1, collected / recipe.packages);
    onProgress({ step: recipe.title, reason: recipe.reason, fraction: 0.1 + 0.5 * got + (installing ? 0.1 : 0) });
  };
};

const pipOptions = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--retries', '2'];

const install = async (folder: string, recipe: Recipe, python: Python, options: InstallOptions): Promise<void> => {
  const logFile = `${folder}.log`;
  await rm(logFile, { force: true });
  const interpreter = interpreterIn(folder);
  const onLine = pipProgress(recipe, options.onProgress);
  const steps = [
    [python.path, '-m', 'venv', folder],
    ...recipe.installs.map((packages) => [interpreter, '-m', 'pip', 'install', ...pipOptions, ...packages]),
    [interpreter, '-c', recipe.proof],
  ];
  options.onProgress({ step: recipe.title, reason: recipe.reason, fraction: 0 });
  for (const [program = '', ...args] of steps) {
    const { status, output } = await runCommand(program, args, {
      timeout: installBound,
      signal: options.signal,
      logFile,
      onLine,
    });
    if (status !== 0) {
      const cause = causeIn(output) || `${args.slice(0, 3).join(' ')} did not end within 20 minutes`;
      throw new CodedError('embedded.installFailed', { step: recipe.title, cause, log: logFile });
    }
  }
  await writeFile(completeIn(folder), manifestOf(recipe, python));
  options.onProgress({ step: recipe.title, reason: recipe.reason, fraction: 1 });
};

/**
 * Installs an environment unless it is there. What fails or is cancelled leaves nothing but its log.
 * @throws CodedError `embedded.installFailed` with pip's own cause, `embedded.busy`, `cancelled`
 */
export const ensureEnvironment = async (
  cacheFolder: string,
  recipe: Recipe,
  python: Python,
  options: InstallOptions,
): Promise<Environment> => {
  const found = findEnvironment(cacheFolder, recipe, python);
  if (found) {
    return found;
  }
  const folder = folderOf(cacheFolder, recipe, python);
  try {
    await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const cause = causeOf(error);
    throw new CodedError('embedded.installFailed', { step: recipe.title, cause, log: cacheFolder }, { cause: error });
  }
  return withLock(`${folder}.lock`, installBound, options.signal, async () => {
    const meanwhile = findEnvironment(cacheFolder, recipe, python);
    if (meanwhile) {
      return meanwhile;
    }
    await rm(folder, { recursive: true, force: true });
    try {
      await install(folder, recipe, python, options);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return { folder, python: interpreterIn(folder) };
  });
};

/**
 * Removes the environments of the cache folder, for a repair or to free the space; the next start installs them anew.
 * @throws CodedError `embedded.busy`
 */
export const removeEnvironment = async (cacheFolder: string, recipe: Recipe, python: Python): Promise<void> => {
  const folder = folderOf(cacheFolder, recipe, python);
  if (existsSync(folder)) {
    await withLock(`${folder}.lock`, 5_000, undefined, () => rm(folder, { recursive: true, force: true }));
  }
};
