// Kernels for the tests, from the package registries: Bash, TypeScript (Deno), R (webR in Node), and Python with libraries that open
// files in C.
import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findEnvironment, kernelRecipe } from '../../src/core/gateway/embedded/environments.ts';
import { runCommand } from '../../src/core/gateway/embedded/commands.ts';
import { findPythons } from '../../src/core/gateway/embedded/python.ts';
import { installOnce, npm } from './install.mjs';
import { cache, repository } from './places.mjs';
import { say } from './progress.mjs';

/** From PyPI; what else Bash's kernel needs comes with ipykernel. */
const wheels = ['bash_kernel==0.10.0', 'filetype==1.2.0', 'deno==2.9.8'];
/** Without what they need beside NumPy and pandas, which the Python kernel has. */
const libraries = [
  ...[
    'duckdb==2.0.1',
    'h5py==3.16.0',
    'joblib==1.6.0',
    'cloudpickle==3.1.2',
    'opencv-python-headless==5.0.0.93',
    'polars==2.1.0',
  ],
  ...['polars-runtime-32==2.1.0', 'pyarrow==26.0.1'],
];
const webr = 'webr@0.6.0';

const rSources = ['webr_kernel.py', 'webr_server.mjs'];
const rFolder = join(repository, 'test', 'support', 'rKernel');

/** Runs a module from a folder that is not Python's: the folder is in the command, so that the wrapper keeps it in sight. */
const fromFolder =
  'import runpy, sys; folder, module = sys.argv[1:3]; del sys.argv[1:3]; sys.path.insert(0, folder); ' +
  'runpy.run_module(module, run_name="__main__", alter_sys=True)';

/** The kernelspecs by name; the languages are the keys of the tests. */
const kernelspecs = (folder: string, python: string): Readonly<Record<string, object>> => {
  const moduleIn = (name: string, module: string): string[] => [
    ...[python, '-c', fromFolder, join(folder, name), module],
    ...['-f', '{connection_file}'],
  ];
  return {
    bash: { language: 'bash', argv: moduleIn('site', 'bash_kernel') },
    deno: {
      language: 'typescript',
      argv: [join(folder, 'bin', 'deno'), 'jupyter', '--kernel', '--conn', '{connection_file}'],
      env: { DENO_NO_UPDATE_CHECK: '1' },
      interrupt_mode: 'message',
    },
    libraries: {
      language: 'python',
      argv: moduleIn('libraries', 'ipykernel_launcher'),
      // For the workers that it starts.
      env: { PYTHONPATH: join(folder, 'libraries') },
    },
    r: { language: 'R', argv: moduleIn('r', 'webr_kernel') },
  };
};

const pythonOfKernels = async (): Promise<string> => {
  const [found] = await findPythons(undefined);
  const environment = found && findEnvironment(cache, kernelRecipe, found);
  if (!environment) {
    throw new Error('the Python kernel of the tests is not installed');
  }
  return environment.python;
};

const folderFor = (python: string): string => {
  const parts = [JSON.stringify(kernelspecs('', python)), process.version, webr, ...wheels, ...libraries];
  const sources = rSources.map((name) => readFileSync(join(rFolder, name), 'utf8'));
  const hash = createHash('sha256')
    .update(JSON.stringify([parts, sources]))
    .digest('hex');
  return join(cache, `test-kernels-${hash.slice(0, 8)}`);
};

const pip = async (python: string, folder: string, packages: readonly string[]): Promise<void> => {
  const options = ['--no-deps', '--no-input', '--disable-pip-version-check', '--quiet', '--target', folder];
  const { status, output } = await runCommand(python, ['-m', 'pip', 'install', ...options, ...packages], {
    timeout: 10 * 60_000,
  });
  if (status !== 0) {
    throw new Error(`the kernels of the tests can't be installed: ${output.slice(-500)}`);
  }
};

const fill = async (staging: string, target: string, python: string): Promise<void> => {
  const [site, bin, r] = ['site', 'bin', 'r'].map((name) => join(staging, name)) as [string, string, string];
  await Promise.all([bin, r].map((folder) => mkdir(folder, { recursive: true })));
  const packages = join(r, 'node_modules', 'webr');
  await mkdir(packages, { recursive: true });
  // The package alone: in Node it needs none of its dependencies, which are for its page in a browser.
  const unpacked = npm(['pack', '--silent', webr], r).then(async () => {
    const archive = join(r, `${webr.replace('@', '-')}.tgz`);
    await runCommand('tar', ['-xzf', archive, '-C', packages, '--strip-components=1'], { timeout: 60_000 });
    await rm(archive);
  });
  const installed = pip(python, site, wheels).then(() => pip(python, join(staging, 'libraries'), libraries));
  await Promise.all([installed, unpacked]);
  await rename(join(site, 'bin', 'deno'), join(bin, 'deno'));
  // In the folder that R's command names: of a checkout in the home folder its kernel sees nothing else.
  await link(process.execPath, join(r, 'node')).catch(() => copyFile(process.execPath, join(r, 'node')));
  await Promise.all(rSources.map((name) => copyFile(join(rFolder, name), join(r, name))));
  for (const [name, spec] of Object.entries(kernelspecs(target, python))) {
    const folder = join(staging, 'share', 'kernels', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'kernel.json'), JSON.stringify({ display_name: name, ...spec }, null, 2));
  }
};

/**
 * Installs them into the cache folder unless they are there, after the Python environments.
 * @returns what `JUPYTER_PATH` has to name
 * @throws Error with the installer's words
 */
export const ensureTestKernels = async (): Promise<string> => {
  const python = await pythonOfKernels();
  const target = folderFor(python);
  await installOnce(target, async (staging) => {
    say('- Installing more kernels (the tests run Bash, TypeScript, R, and Python with native libraries) ...');
    await fill(staging, target, python);
  });
  return join(target, 'share');
};
