// Running programs with a bound, and their last meaningful line when they fail.
import { spawn, type ChildProcess } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { throwIfAborted } from '../../async.ts';

export interface CommandOptions {
  /** Milliseconds after which the program is killed. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Everything the program prints is appended here. */
  readonly logFile?: string | undefined;
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** 0 when it succeeded; `null` when it could not be started or was killed. */
  readonly status: number | null;
  /** The end of what it printed, both streams, at most 1,000 lines. */
  readonly output: string;
}

const lineLimit = 1_000;

/** Ends a program with all that it started; it leads a process group of its own. */
const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
};

const run = (
  program: string,
  args: readonly string[],
  options: CommandOptions,
  log: FileHandle | undefined,
): Promise<CommandResult> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const end = (): void => {
      killGroup(child);
    };
    const timer = setTimeout(end, options.timeout);
    options.signal?.addEventListener('abort', end);
    const lines: string[] = [];
    const settle = (status: number | null, complaint?: string): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
      resolve({ status, output: [...lines, ...(complaint === undefined ? [] : [complaint])].join('\n') });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => void log?.write(chunk).catch(() => undefined));
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        lines.push(line);
        if (lines.length > lineLimit) {
          lines.shift();
        }
        options.onLine?.(line);
      });
    }
    child.on('error', (error) => {
      settle(null, error.message);
    });
    // A child of it that escaped its group may hold the pipes for ever.
    child.on('exit', () => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, 2_000).unref();
    });
    child.on('close', (status) => {
      settle(status);
    });
  });

/** Runs a program without a shell. Never throws for what the program does. @throws CodedError `cancelled` */
export const runCommand = async (
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> => {
  throwIfAborted(options.signal);
  const log = options.logFile === undefined ? undefined : await open(options.logFile, 'a', 0o600);
  try {
    await log?.write(`\n$ ${program} ${args.join(' ')}\n`);
    throwIfAborted(options.signal);
    const result = await run(program, args, options, log);
    throwIfAborted(options.signal);
    return result;
  } finally {
    await log?.close();
  }
};

/** What is behind an error of pip that names a package only. */
const deeperCauses =
  /Temporary failure in name resolution|Name or service not known|nodename nor servname|Network is unreachable|Connection refused|Read timed out|CERTIFICATE_VERIFY_FAILED|Cannot connect to proxy|No space left on device|ensurepip is not available/;

/** The line that says why: the last error of pip or Python, else the last line at all, at most 300 characters. */
export const causeIn = (output: string): string => {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('[notice]'));
  const errors = lines.filter((line) => /^(error|fatal|critical)[:\s]|Error:|errno/i.test(line));
  const cause = errors.at(-1) ?? lines.at(-1) ?? '';
  const deeper = deeperCauses.exec(output)?.[0] ?? '';
  return (cause.includes(deeper) ? cause : `${deeper}: ${cause}`).slice(0, 300);
};
