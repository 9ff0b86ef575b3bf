// Finds the command, runs it, and turns what comes of it into an exit status.
import type { ParseArgsOptionsConfig } from 'node:util';
import { CodedError } from '../core/errors.ts';
import { attachCommand } from './commands/attach.ts';
import { chatsCommand } from './commands/chats.ts';
import { cleanupCommand } from './commands/cleanup.ts';
import { doctorCommand } from './commands/doctor.ts';
import { filesCommand } from './commands/files.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { promptCommand } from './commands/prompt.ts';
import { runCommand } from './commands/run.ts';
import { flag, readArguments, sharedOptions, type Arguments } from './options.ts';
import { createOutput, tellError, type Output } from './output.ts';

/** What a command gets: its arguments, where to write, and the signal of Ctrl+C. */
export interface CommandContext extends Arguments {
  readonly output: Output;
  readonly signal: AbortSignal;
}

export interface Command {
  /** One line: how it is called. */
  readonly usage: string;
  readonly summary: string;
  readonly options: ParseArgsOptionsConfig;
  /** Resolves with the exit status: 0 ok, 1 the run failed. @throws CodedError */
  run(context: CommandContext): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  run: runCommand,
  files: filesCommand,
  chats: chatsCommand,
  attach: attachCommand,
  prompt: promptCommand,
  cleanup: cleanupCommand,
  doctor: doctorCommand,
  gateway: gatewayCommand,
};

const help = (): string =>
  [
    'code-interpreter: runs the code of a chat message on a Jupyter gateway and keeps every file that it makes.',
    '',
    ...Object.values(commands).flatMap(({ usage, summary }) => [`  code-interpreter ${usage}`, `      ${summary}`]),
    '',
    'Everywhere: --json, --data-dir DIR, --user ID, --verbose. Exit status: 0 ok, 1 the run failed, 2 bad usage, 3 gateway or connection.',
    '',
  ].join('\n');

/** The second Ctrl+C does not wait any more. */
const signalOfInterruption = (): AbortSignal => {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && name === 'SIGINT') {
        process.exit(130);
      }
      controller.abort();
    });
  }
  return controller.signal;
};

/** The library writes about its own connections to the console; standard output is ours. */
const silenceConsole = (): void => {
  const nothing = (): void => undefined;
  Object.assign(console, { debug: nothing, log: nothing, info: nothing, warn: nothing, error: nothing });
};

/** Runs one command line; resolves with the exit status. */
export const runCommandLine = async (args: readonly string[]): Promise<number> => {
  silenceConsole();
  const output = createOutput({
    json: args.includes('--json'),
    verbose: args.includes('--verbose') || args.includes('-v'),
  });
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) {
      const problem = `"${name}" is no command; there are ${Object.keys(commands).join(', ')}`;
      throw new CodedError('usage.invalid', { problem });
    }
    const given = readArguments(rest, { ...sharedOptions, ...command.options });
    if (flag(given.values, 'help')) {
      process.stdout.write(`code-interpreter ${command.usage}\n${command.summary}\n`);
      return 0;
    }
    return await command.run({ ...given, output, signal: signalOfInterruption() });
  } catch (error) {
    return tellError(error, output);
  }
};
