// Interpreters for tests: on the shared embedded gateway unless told otherwise, each message a fresh one.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { openInterpreter, type Interpreter } from '../../src/core/interpreter.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import type { RunHooks, RunRequest, RunSettings } from '../../src/core/run/request.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { atEnd } from './atEnd.ts';
import { testGateway } from './embeddedGateway.ts';

export interface InterpreterChoice {
  readonly settings?: Partial<RunSettings>;
  readonly connection?: GatewayConnection;
  readonly dataFolder?: string;
  readonly user?: string;
  /** The gateway of a kernel that an ended process left, known to this one too. */
  readonly isReconnecting?: boolean;
}

/** Opens an interpreter that the caller disposes of. */
export const openTestInterpreter = async (choice: InterpreterChoice = {}): Promise<Interpreter> => {
  const gateway = choice.connection && choice.dataFolder !== undefined ? undefined : await testGateway();
  const connection = choice.connection ?? gateway?.connection;
  const dataFolder = choice.dataFolder ?? gateway?.data.root;
  if (!connection || dataFolder === undefined) {
    throw new RangeError('neither a gateway nor a data folder');
  }
  return openInterpreter({
    dataFolder,
    user: choice.user ?? 'tester',
    settings: () => ({ maximumKernels: 2, ...choice.settings }),
    connect: () => Promise.resolve(connection),
    reconnect: () => Promise.resolve(choice.isReconnecting === true ? connection : 'unknown'),
  });
};

let shared: Promise<Interpreter> | undefined;

const openShared = async (): Promise<Interpreter> => {
  const interpreter = await openTestInterpreter();
  atEnd(() => interpreter.dispose());
  return interpreter;
};

/** The interpreter with the default settings that the tests of this process share. */
export const testInterpreter = (): Promise<Interpreter> => (shared ??= openShared());

/** Works with an interpreter of its own settings, and disposes of it. */
export const withInterpreter = async <T>(
  choice: InterpreterChoice,
  work: (interpreter: Interpreter) => Promise<T>,
): Promise<T> => {
  const interpreter = await openTestInterpreter(choice);
  try {
    return await work(interpreter);
  } finally {
    await interpreter.dispose();
  }
};

/** A message that nobody has used yet. */
export const newMessage = (interpreter: Interpreter): MessageKey =>
  interpreter.key(`chat-${randomUUID()}`, `message-${randomUUID()}`);

export type RunOptions = Partial<Omit<RunRequest, 'code'>> & RunHooks & { readonly on?: Interpreter };

/** Runs code, in a fresh message of the shared interpreter unless told otherwise. */
export const run = async (code: string, options: RunOptions = {}): Promise<RunResult> => {
  const { on, signal, stopFetching, onEvent, onInput, ...request } = options;
  const interpreter = on ?? (await testInterpreter());
  return interpreter.run(
    { key: newMessage(interpreter), ...request, code },
    {
      ...(signal && { signal }),
      ...(stopFetching && { stopFetching }),
      ...(onEvent && { onEvent }),
      ...(onInput && { onInput }),
    },
  );
};

/** Aborts a run as soon as it has printed this. */
export const abortOn = (
  printed: string,
): { readonly signal: AbortSignal; readonly onEvent: (event: RunEvent) => void } => {
  const controller = new AbortController();
  let seen = '';
  return {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.kind === 'stream') {
        seen += event.text;
        if (seen.includes(printed)) {
          controller.abort();
        }
      }
    },
  };
};

/** Names and statuses of what a run kept, in the order of names. */
export const keptBy = (result: RunResult): string[] =>
  result.files.map(({ path, status }) => `${path} ${status}`).sort();

/** The bytes of a kept file, by id, as every surface gets them. */
export const contentOf = async (interpreter: Interpreter, id: string): Promise<Buffer> =>
  readFile(interpreter.registry.openContent(interpreter.user, id).path);
