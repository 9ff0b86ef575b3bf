// Running programs with a bound, and their last meaningful line when they fail.
import { spawn } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import { CodedError } from '../../errors.ts';

export interface CommandOptions {
  /** Milliseconds after which the program is killed. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Everything the program prints is appended here. */
  readonly logFile?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

export interface CommandResult {
  /** 0 when it succeeded; `null` when it could not be started or was killed. */
  readonly status: number | null;
  /** The end of what it printed, both streams, at most 64 KiB. */
  readonly output: string;
}

const outputLimit = 64 << 10;

/** Runs a program without a shell. Never throws for what the program does. @throws CodedError `cancelled` */
export const runCommand = async (
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> => {
  const log: FileHandle | undefined =
    options.logFile === undefined ? undefined : await open(options.logFile, 'a', 0o600);
  try {
    await log?.write(`\n$ ${program} ${args.join(' ')}\n`);
    const result = await new Promise<CommandResult>((resolve) => {
      const child = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: options.env ?? process.env,
        timeout: options.timeout,
        killSignal: 'SIGKILL',
        ...(options.signal && { signal: options.signal }),
      });
      let output = '';
      const collect = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-outputLimit);
        void log?.write(chunk).catch(() => undefined);
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.on('error', (error) => {
        resolve({ status: null, output: `${output}\n${error.message}` });
      });
      child.on('close', (status) => {
        resolve({ status, output });
      });
    });
    if (options.signal?.aborted) {
      throw new CodedError('cancelled', {});
    }
    return result;
  } finally {
    await log?.close();
  }
};

/** The line that says why: the last error of pip or Python, else the last line at all. */
export const causeIn = (output: string): string => {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('[notice]'));
  const errors = lines.filter((line) => /^(error|fatal|critical)[:\s]|Error:|errno/i.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? 'it ended without a word').slice(0, 300);
};
