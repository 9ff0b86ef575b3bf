// The processes that a script starts, and their end: with the script, with Ctrl+C, and when the script is killed.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { repository } from './places.mjs';

const guard = join(repository, 'scripts', 'lib', 'guard.mjs');
const usualGrace = 5000;

export interface StartOptions {
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Where its words go: this process's own output, or a stream to read. */
  readonly output?: 'inherit' | 'pipe';
  /** Milliseconds between asking it to end and forcing it; 5 s unless set. */
  readonly grace?: number;
}

/** One started command. */
export interface Started {
  readonly child: ChildProcess;
  /** Its exit status; 1 where a signal ended it. Never rejects. */
  readonly ended: Promise<number>;
  /** Ends it with everything in its process group, within its grace and 3 s more. */
  readonly end: () => Promise<void>;
}

export interface Processes extends AsyncDisposable {
  readonly start: (command: string, args: readonly string[], options?: StartOptions) => Started;
  /** Runs when everything ends, in the reverse order of registration; for what is not a process. */
  readonly atEnd: (end: () => Promise<unknown>) => void;
  readonly endAll: () => Promise<void>;
}

const started = (command: string, args: readonly string[], options: StartOptions): Started => {
  const output = options.output ?? 'inherit';
  const grace = options.grace ?? usualGrace;
  const child = spawn(process.execPath, [guard, String(grace), command, ...args], {
    cwd: options.folder ?? repository,
    env: options.environment ?? process.env,
    stdio: ['pipe', output, output],
    // Not in the terminal's group: Ctrl+C is for the script, which then ends things in order.
    detached: process.platform !== 'win32',
  });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => {
      resolve(1);
    });
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
  const end = async (): Promise<void> => {
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), grace + 3000);
    await ended;
    clearTimeout(timer);
  };
  return { child, ended, end };
};

/**
 * A set of processes that end together; `await using` ends them. Ctrl+C (or SIGTERM) ends them all and then the script,
 * with status 130. A set with a parent ends with the parent's too.
 */
export const createProcesses = (parent?: Processes): Processes => {
  const ends: (() => Promise<unknown>)[] = [];
  let ending: Promise<void> | undefined;
  const endInOrder = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      await end().catch((error: unknown) => {
        console.error(error);
      });
    }
  };
  const endAll = (): Promise<void> => (ending ??= endInOrder().finally(() => (ending = undefined)));
  const onSignal = (): void => {
    void endAll().then(() => process.exit(130));
  };
  if (parent === undefined) {
    // A second signal changes nothing: a terminal and npm may both send one, and the end is bounded.
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  } else {
    parent.atEnd(endAll);
  }
  return {
    start: (command, args, options = {}) => {
      const one = started(command, args, options);
      ends.push(one.end);
      return one;
    },
    atEnd: (end) => {
      ends.push(end);
    },
    endAll,
    [Symbol.asyncDispose]: async () => {
      await endAll();
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
    },
  };
};

/** Resolves with the first line of the stream that `match` accepts; rejects when the stream ends before that. */
export const lineThat = async (stream: Readable, match: (line: string) => boolean): Promise<string> => {
  let rest = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    const found = lines.find(match);
    if (found !== undefined) {
      return found;
    }
  }
  throw new Error('The process ended before it was ready.');
};
