// The two Python environments of the embedded gateway, apart because the gateway pins an old jupyter_client.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { causeIn, runCommand } from './commands.ts';
import { withLockFile } from './lockFile.ts';
import type { Python } from './python.ts';

/** What is being done, why, and how far it is (0 to 1). */
export interface SetUpProgress {
  readonly step: string;
  readonly reason: string;
  readonly fraction?: number;
}

/** How an environment is made: pip's arguments, one call after the other. */
export interface Recipe {
  readonly name: 'gateway' | 'kernel' | 'kernel-gateway';
  readonly title: string;
  readonly reason: string;
  readonly installs: readonly (readonly string[])[];
  /** Imported to prove that it works. */
  readonly proof: string;
  /** On disk, roughly. */
  readonly megabytes: number;
}

/** Enterprise Gateway 3.3 as published; from Python 3.12 on with constraints of ours: its pins have no wheels there. */
export const gatewayRecipe = ({ version: [, minor] }: Python): Recipe => ({
  name: 'gateway',
  title: 'Installing Jupyter Enterprise Gateway 3.3',
  reason: 'it starts and connects the kernels that run your code',
  proof: 'import enterprise_gateway.enterprisegatewayapp',
  megabytes: 280,
  installs:
    minor <= 11
      ? [['jupyter_enterprise_gateway==3.3.0']]
      : [
          ['--no-deps', 'jupyter_enterprise_gateway==3.3.0', 'jupyter_client==6.1.12', 'jupyter_server==1.24.0'],
          // What those three need, without what they pin; setuptools brings back distutils, which left Python in 3.12.
          [
            ...[
              'docker',
              'future',
              'jinja2',
              'jupyter_core',
              'kubernetes',
              'paramiko',
              'pexpect',
              'pycryptodomex',
              'requests',
            ],
            ...[
              'tornado<7',
              'traitlets',
              'watchdog',
              'yarn-api-client',
              'pyzmq>=26',
              'setuptools<81',
              'python-dateutil',
            ],
            ...['anyio<4', 'argon2-cffi', 'nbconvert', 'nbformat', 'packaging', 'prometheus-client', 'Send2Trash'],
            ...['terminado', 'websocket-client', 'nest-asyncio', 'jupyter_client==6.1.12'],
          ],
        ],
});

/** The same kernel API with current dependencies, for a Python on which Enterprise Gateway does not start. */
export const kernelGatewayRecipe: Recipe = {
  name: 'kernel-gateway',
  title: 'Installing Jupyter Kernel Gateway 3',
  reason: 'Enterprise Gateway does not work with this Python',
  proof: 'import kernel_gateway.gatewayapp',
  megabytes: 120,
  installs: [['jupyter_kernel_gateway>=3,<4']],
};

/** What code in a chat expects to find. */
export const kernelRecipe: Recipe = {
  name: 'kernel',
  title: 'Installing the Python kernel with pandas, openpyxl and matplotlib',
  reason: 'your code runs in it, apart from every other Python',
  proof: 'import ipykernel, pandas, openpyxl, matplotlib',
  megabytes: 380,
  installs: [['ipykernel>=6.29', 'numpy', 'pandas', 'openpyxl', 'matplotlib', 'pillow']],
};

export interface Environment {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
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

/** The environment when it is completely installed, else `null`. Cheap: nothing is run. */
export const findEnvironment = (cacheFolder: string, recipe: Recipe, python: Python): Environment | null => {
  const folder = folderOf(cacheFolder, recipe, python);
  const interpreter = interpreterIn(folder);
  return existsSync(join(folder, 'complete.json')) && existsSync(interpreter) ? { folder, python: interpreter } : null;
};

export interface InstallOptions {
  readonly onProgress: (progress: SetUpProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Installs an environment unless it is there. An interrupted installation is begun anew the next time.
 * @throws CodedError `embedded.installFailed` with pip's own cause, `cancelled`
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
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const folder = folderOf(cacheFolder, recipe, python);
  return withLockFile(`${folder}.lock`, installBound, options.signal, async () => {
    const meanwhile = findEnvironment(cacheFolder, recipe, python);
    if (meanwhile) {
      return meanwhile;
    }
    await rm(folder, { recursive: true, force: true });
    const logFile = `${folder}.log`;
    const steps = recipe.installs.length + 2;
    let done = 0;
    const step = async (program: string, args: readonly string[]): Promise<void> => {
      options.onProgress({ step: recipe.title, reason: recipe.reason, fraction: done / steps });
      const { status, output } = await runCommand(program, args, {
        timeout: installBound,
        signal: options.signal,
        logFile,
      });
      if (status !== 0) {
        throw new CodedError('embedded.installFailed', { step: recipe.title, cause: causeIn(output), log: logFile });
      }
      done++;
    };
    await step(python.path, ['-m', 'venv', folder]);
    const interpreter = interpreterIn(folder);
    for (const install of recipe.installs) {
      await step(interpreter, [
        '-m',
        'pip',
        'install',
        '--no-input',
        '--disable-pip-version-check',
        '--progress-bar',
        'off',
        ...install,
      ]);
    }
    await step(interpreter, ['-c', recipe.proof]);
    // Last: an environment without it is not complete.
    await writeFile(join(folder, 'complete.json'), manifestOf(recipe, python));
    return { folder, python: interpreter };
  });
};

/** The log of an installation, for people who look for the cause. */
export const readInstallLog = async (cacheFolder: string, recipe: Recipe, python: Python): Promise<string> => {
  try {
    return await readFile(`${folderOf(cacheFolder, recipe, python)}.log`, 'utf8');
  } catch {
    return '';
  }
};
