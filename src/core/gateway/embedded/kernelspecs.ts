// The kernels that the embedded gateway offers: our Python, and the user's own kernels, all of them with the message's folder
// mounted where the system allows it.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../../dataFolder.ts';
import { wrapperPath } from '../../kernel/wrapper/mountSupport.ts';

const ourName = 'python3';

const kernelspec = v.looseObject({
  argv: v.pipe(v.array(v.string()), v.minLength(1)),
  metadata: v.optional(v.looseObject({ process_proxy: v.optional(v.unknown()) })),
});
type Kernelspec = v.InferOutput<typeof kernelspec>;

/** Replaces a file only where its content differs: a running gateway reads these at each start of a kernel. */
const writeIfChanged = (path: string, text: string): void => {
  try {
    if (readFileSync(path, 'utf8') === text) {
      return;
    }
  } catch {
    // There is none yet.
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
};

/** The same command behind the wrapper; its copy in the data folder outlives an update of the extension. */
const mounted = (data: DataFolder, wrapper: string, command: readonly string[]): string[] => {
  const [program = ''] = command;
  return [
    ...['/bin/sh', wrapper, '--root', data.uploads, '--hide', data.root],
    ...(program.includes('/bin/') ? ['--keep', dirname(dirname(program))] : []),
    ...['--connection-file', '{connection_file}', '--', ...command],
  ];
};

/** Where Jupyter looks for kernelspecs (https://docs.jupyter.org/en/latest/use/jupyter-directories.html#data-files). */
const userFolders = (): readonly string[] => [
  ...(process.env['JUPYTER_PATH'] ?? '').split(delimiter).filter((path) => path !== ''),
  process.env['JUPYTER_DATA_DIR'] ??
    (process.platform === 'darwin' ? join(homedir(), 'Library', 'Jupyter') : join(homedir(), '.local/share/jupyter')),
  '/usr/local/share/jupyter',
  '/usr/share/jupyter',
];

const readKernelspec = (folder: string): Kernelspec | null => {
  try {
    const parsed = v.safeParse(kernelspec, JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The kernels that the user has installed, the first of each name; those of other machines' launchers are left out. */
const userKernelspecs = (): ReadonlyMap<string, Kernelspec> => {
  const found = new Map<string, Kernelspec>();
  for (const kernels of userFolders().map((folder) => join(folder, 'kernels'))) {
    for (const name of namesIn(kernels).filter((entry) => /^[a-z0-9._-]+$/i.test(entry))) {
      const spec = readKernelspec(join(kernels, name));
      const ours = name.toLowerCase() === ourName ? `user-${ourName}` : name.toLowerCase();
      if (spec && spec.metadata?.process_proxy === undefined && !found.has(ours)) {
        const argv = spec.argv.map((argument) => argument.replaceAll('{resource_dir}', join(kernels, name)));
        found.set(ours, { ...spec, argv });
      }
    }
  }
  return found;
};

/** Our own kernel: without a history on disk, which would show one message's code to the next. */
const ourKernelspec = (kernelPython: string): Kernelspec => ({
  argv: [kernelPython, '-m', 'ipykernel_launcher', '-f', '{connection_file}', '--HistoryManager.enabled=False'],
  display_name: 'Python 3 (Code Interpreter)',
  language: 'python',
  interrupt_mode: 'signal',
  metadata: { debugger: false },
});

/** The folder whose `kernels` are what the gateway offers; the only one that it is told of. */
export const kernelspecFolder = (data: DataFolder): string => join(data.gateway, 'share');

/** Brings the gateway's kernelspecs up to date with `kernelPython`, the user's kernels and this version's wrapper. */
export const writeKernelspecs = (data: DataFolder, kernelPython: string): void => {
  const share = kernelspecFolder(data);
  const wrapper = join(share, 'mounted-kernel');
  const wanted = new Map([...userKernelspecs(), [ourName, ourKernelspec(kernelPython)] as const]);
  writeIfChanged(wrapper, readFileSync(wrapperPath(), 'utf8'));
  for (const [name, spec] of wanted) {
    const argv = process.platform === 'linux' ? mounted(data, wrapper, spec.argv) : spec.argv;
    writeIfChanged(join(share, 'kernels', name, 'kernel.json'), JSON.stringify({ ...spec, argv }, null, 2));
  }
  for (const name of namesIn(join(share, 'kernels')).filter((entry) => !wanted.has(entry))) {
    rmSync(join(share, 'kernels', name), { recursive: true, force: true });
  }
};
