// The kernels that the embedded gateway offers: our Python, and the user's own kernels, all of them with the message's folder
// mounted where the system allows it.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
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

/** What else a kernel with a mounted `/mnt/data` does not see. */
export interface Hiding {
  /** The home folder: the kernel has one of its own, empty but for packages and settings. */
  readonly home: boolean;
  /** The network, but for the kernel's own loopback. */
  readonly network: boolean;
}

/** What the kernels of a gateway are started with. */
export interface KernelOffer {
  readonly kernelPython: string;
  /** Outside of its environment, where it imports from. */
  readonly kernelFolders?: readonly string[];
  readonly hiding: Hiding;
  /** Whether the gateway can speak to kernels over socket files. */
  readonly socketFiles: boolean;
}

/** In a home folder, the account's or `$HOME`, which may be two. */
const isAtHome = (folder: string): boolean =>
  [homedir(), userInfo().homedir].some((home) => folder.startsWith(`${home}/`));

/** The same command behind the wrapper; its copy in the data folder outlives an update of the extension. */
const mounted = (
  data: DataFolder,
  wrapper: string,
  command: readonly string[],
  { hiding, kernelFolders = [] }: Pick<KernelOffer, 'hiding' | 'kernelFolders'>,
): string[] => {
  const [program = ''] = command;
  return [
    ...['/bin/sh', wrapper, '--root', data.uploads, '--hide', data.root],
    // Packages can be installed where they could be without the wrapper.
    ...(program.includes('/bin/') ? [hiding.home ? '--keep-writable' : '--keep', dirname(dirname(program))] : []),
    ...(hiding.home ? [...kernelFolders.filter(isAtHome).flatMap((folder) => ['--keep', folder]), '--hide-home'] : []),
    ...(hiding.network ? ['--hide-network'] : []),
    ...['--connection-file', '{connection_file}', '--', ...command],
  ];
};

/** Whether a kernel can listen on socket files; those of other languages build addresses for TCP only. */
const listensOnSocketFiles = ({ argv }: Kernelspec): boolean =>
  argv.some((argument) => /^ipykernel(?:_launcher)?$/.test(argument));

/** With a class of ours by which Enterprise Gateway starts it; Kernel Gateway ignores it. */
const startedBy = (className: string, spec: Kernelspec): Kernelspec => ({
  ...spec,
  metadata: { ...spec.metadata, process_proxy: { class_name: className } },
});

/** A kernelspec as the gateway is to have it; `null` for a kernel that can't be reached as it is to be. */
const offered = (
  data: DataFolder,
  wrapper: string,
  spec: Kernelspec,
  offer: Omit<KernelOffer, 'kernelPython'>,
): Kernelspec | null => {
  if (process.platform !== 'linux') {
    return spec;
  }
  const { hiding, socketFiles } = offer;
  const behind = { ...spec, argv: mounted(data, wrapper, spec.argv, offer) };
  if (socketFiles && listensOnSocketFiles(spec)) {
    return startedBy('socket_files.SocketFileProxy', behind);
  }
  if (hiding.network) {
    return null;
  }
  return socketFiles ? startedBy('last_words.LastWordsProxy', behind) : behind;
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

/**
 * Brings the gateway's kernelspecs up to date with the offer, the user's kernels and this version's wrapper.
 * Without network, only kernels that can be reached over socket files are offered.
 */
export const writeKernelspecs = (data: DataFolder, offer: KernelOffer): void => {
  const share = kernelspecFolder(data);
  const wrapper = join(share, 'mounted-kernel');
  const wanted = new Map([...userKernelspecs(), [ourName, ourKernelspec(offer.kernelPython)] as const]);
  writeIfChanged(wrapper, readFileSync(wrapperPath(), 'utf8'));
  const kept = new Set<string>();
  for (const [name, spec] of wanted) {
    // Only of our own kernel it is known where it imports from.
    const given = offered(data, wrapper, spec, name === ourName ? offer : { ...offer, kernelFolders: [] });
    if (given) {
      kept.add(name);
      writeIfChanged(join(share, 'kernels', name, 'kernel.json'), JSON.stringify(given, null, 2));
    }
  }
  for (const name of namesIn(join(share, 'kernels')).filter((entry) => !kept.has(entry))) {
    rmSync(join(share, 'kernels', name), { recursive: true, force: true });
  }
};
