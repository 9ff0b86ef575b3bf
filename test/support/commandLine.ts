// The command line as a process of its own, on a data folder whose gateway runs.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cacheFolder, repository } from './places.ts';

export interface CommandEnd {
  /** `null` when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  /** Resolves once it has printed this on standard output. */
  printed(what: string): Promise<void>;
}

export interface CommandOptions {
  readonly dataFolder: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** A program that starts it, with its arguments. */
  readonly through?: readonly string[];
}

/** Starts `code-interpreter ARGUMENTS`; `env` replaces single variables. */
export const startCommand = (args: readonly string[], options: CommandOptions): RunningCommand => {
  const [program = '', ...rest] = [
    ...(options.through ?? []),
    process.execPath,
    join(repository, 'src', 'cli', 'main.ts'),
    ...args,
  ];
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CODE_INTERPRETER_CACHE_DIR: cacheFolder,
      CODE_INTERPRETER_DATA_DIR: options.dataFolder,
      ...options.env,
    },
  });
  child.stdin.end(options.input ?? '');
  const stdout = text(child.stdout);
  const stderr = text(child.stderr);
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      void Promise.all([stdout, stderr]).then(([out, err]) => {
        resolve({ status, stdout: out, stderr: err });
      });
    });
  });
  const printed = (what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.includes(what)) {
          resolve();
        }
      });
      child.once('close', () => {
        reject(new Error(`it ended and never printed "${what}", but: ${seen}`));
      });
    });
  return { child, ended, printed };
};

/** Runs a command to its end. */
export const command = (args: readonly string[], options: CommandOptions): Promise<CommandEnd> =>
  startCommand(args, options).ended;

/** The one JSON value on standard output. @throws SyntaxError when there is anything else */
export const jsonOf = (end: CommandEnd): unknown => JSON.parse(end.stdout);
