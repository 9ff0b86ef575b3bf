// The kernelspec of the embedded gateway: the message's folder mounted where the system allows it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { homedir } from 'node:os';
import type { DataFolder } from '../../dataFolder.ts';
import { resourcePath } from '../../resources.ts';

const kernelName = 'python3';

/** The folder that the kernel's interpreter lies in: it must stay visible whatever is hidden. */
const environmentOf = ([interpreter = '']: readonly string[]): string => dirname(dirname(interpreter));

/** The wrapper's own script is never executable inside a package: sh reads it. */
const wrapped = (data: DataFolder, hidden: readonly string[], command: readonly string[]): string[] => [
  '/bin/sh',
  resourcePath('kernel/wrapper/mounted-kernel'),
  '--root',
  data.uploads,
  ...hidden.flatMap((path) => ['--hide', path]),
  '--keep',
  environmentOf(command),
  '--connection-file',
  '{connection_file}',
  '--',
  ...command,
];

/**
 * Writes the kernelspec that runs `kernelPython`, and gives the `JUPYTER_PATH` under which the gateway finds it first and
 * the user's other kernels after it.
 */
export const writeKernelspec = (data: DataFolder, kernelPython: string): string => {
  const share = join(data.gateway, 'share');
  const folder = join(share, 'kernels', kernelName);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const command = [kernelPython, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
  const spec = {
    argv: process.platform === 'linux' ? wrapped(data, [data.root], command) : command,
    display_name: 'Python 3 (Code Interpreter)',
    language: 'python',
    interrupt_mode: 'signal',
    metadata: { debugger: false },
  };
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec, null, 2), { mode: 0o600 });
  const users = process.platform === 'darwin' ? ['Library', 'Jupyter'] : ['.local', 'share', 'jupyter'];
  return [share, join(homedir(), ...users)].join(delimiter);
};
