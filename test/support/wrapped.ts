// Programs behind the kernel wrapper, without a gateway: what a kernel would see and could do.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wrapperPath } from '../../src/core/kernel/wrapper/mountSupport.ts';
import { temporaryFolder } from './places.ts';

/** A data folder in the making, with two messages and two connection files. */
export interface WrapperScene {
  readonly folder: string;
  readonly data: string;
  readonly uploads: string;
  readonly workspace: string;
  readonly connectionFile: string;
}

export interface WrappedOptions {
  readonly workspace?: string;
  /** More of the wrapper's own options. */
  readonly options?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The interpreter of the script; `sh` unless given. */
  readonly shell?: string;
  /** Runs as this user; only root can ask for it. */
  readonly user?: number;
}

export interface WrappedResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly complaint: string;
}

/** An id that is nobody's: on most systems the user of that name. */
export const plainUser = 65_534;
export const isRoot = process.getuid?.() === 0;

/** Gives everything in a folder to another user, as far as this one may. */
export const giveTo = (user: number, folder: string): void => {
  chownSync(folder, user, user);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, entry), user, user);
  }
};

/** Makes a scene in a folder of its own, or in the one given. */
export const makeScene = async (given?: string): Promise<WrapperScene> => {
  const folder = given ?? (await temporaryFolder('wrapper'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const uploads = join(data, 'uploads');
  const workspace = join(uploads, 'm1');
  const runtime = join(data, 'gateway', 'runtime');
  for (const path of [workspace, join(uploads, 'm2'), join(uploads, 'code_generated'), runtime]) {
    mkdirSync(path, { recursive: true });
  }
  writeFileSync(join(workspace, 'mine.txt'), 'mine');
  writeFileSync(join(uploads, 'm2', 'other.txt'), 'other');
  writeFileSync(join(runtime, 'kernel-1.json'), '{"key":"mine"}');
  writeFileSync(join(runtime, 'kernel-2.json'), '{"key":"other"}');
  // Its own copy: a plain user may not reach the repository.
  copyFileSync(wrapperPath(), join(folder, 'mounted-kernel'));
  return { folder, data, uploads, workspace, connectionFile: join(runtime, 'kernel-1.json') };
};

const commandLine = (
  scene: WrapperScene,
  command: readonly string[],
  { workspace = scene.workspace, options = [], env = {}, shell = 'sh', user }: WrappedOptions,
): { readonly program: string; readonly args: string[]; readonly env: NodeJS.ProcessEnv } => {
  const wrapped = [
    ...[shell, join(scene.folder, 'mounted-kernel'), '--root', scene.uploads, '--hide', scene.data],
    ...['--connection-file', scene.connectionFile, ...options, '--', ...command],
  ];
  const as = user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--'];
  const [program = '', ...args] = [...as, ...wrapped];
  return {
    program,
    args,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: process.env['HOME'],
      KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(workspace).toString('base64'),
      KERNEL_CODE_INTERPRETER_GROUNDING: 'mounted',
      ...env,
    },
  };
};

/** Runs a command behind the wrapper to its end, 20 s at most. */
export const runWrapped = (
  scene: WrapperScene,
  command: readonly string[],
  options: WrappedOptions = {},
): WrappedResult => {
  const { program, args, env } = commandLine(scene, command, options);
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    env,
    cwd: '/',
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, signal, output: stdout.trim(), complaint: stderr.trim() };
};

/** Starts a command behind the wrapper in a process group of its own, as a gateway does. */
export const startWrapped = (
  scene: WrapperScene,
  command: readonly string[],
  options: WrappedOptions = {},
): ChildProcess => {
  const { program, args, env } = commandLine(scene, command, options);
  return spawn(program, args, { env, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
};
