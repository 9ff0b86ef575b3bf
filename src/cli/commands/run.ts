// run: executes code, or the blocks of a transcript, as a message.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { resolve } from 'node:path';
import { causeOf, CodedError } from '../../core/errors.ts';
import type { RunRequest } from '../../core/run/request.ts';
import type { RunResult } from '../../core/run/result.ts';
import type { Command, CommandContext } from '../commandLine.ts';
import { gatewayOptions, list, messageOptions, runOptions, text } from '../options.ts';
import { openFromOptions, userOf } from '../services.ts';
import { presentEvents, presentResult } from '../presentRun.ts';
import { terminalInput } from '../terminalInput.ts';
import { readTranscript, requestsOf, sourceOfFile, type NamedRun } from '../transcript.ts';

const codeOf = async ({ values, positionals }: CommandContext): Promise<Pick<RunRequest, 'code' | 'document'>> => {
  const code = text(values, 'code');
  const [path, ...more] = positionals;
  if (more.length > 0 || (code !== undefined && path !== undefined)) {
    throw new CodedError('usage.invalid', { problem: 'give one piece of code: a file, "-", or -c CODE' });
  }
  if (code !== undefined) {
    return { code };
  }
  if (path === undefined) {
    throw new CodedError('usage.invalid', { problem: 'there is no code: give a file, "-", or -c CODE' });
  }
  try {
    return path === '-'
      ? { code: await readStream(process.stdin) }
      : { code: await readFile(path, 'utf8'), document: sourceOfFile(path) };
  } catch (error) {
    throw new CodedError('usage.invalid', { problem: `the code can't be read: ${causeOf(error)}` });
  }
};

/** The workspace is the message's, else the chat's, else a new one. */
const runFromOptions = async (context: CommandContext): Promise<NamedRun> => {
  const { values } = context;
  const chatId = text(values, 'chat');
  const known = text(values, 'message') ?? chatId;
  const messageId = known ?? randomUUID();
  const given = await codeOf(context);
  const request: RunRequest = {
    key: { user: userOf(values), chatId: chatId ?? messageId, messageId },
    ...given,
    attachments: list(values, 'attach').map((path) => ({ path: resolve(path) })),
  };
  // A message that has a name of its own keeps it.
  const label = given.document?.name ?? (given.code.trim().split('\n')[0] ?? '').slice(0, 60);
  return known !== undefined || label === '' ? { request } : { request, words: { label, chatTitle: label } };
};

const runsFromOptions = async (context: CommandContext): Promise<readonly NamedRun[]> => {
  const transcript = text(context.values, 'transcript');
  if (transcript === undefined) {
    return [await runFromOptions(context)];
  }
  const parsed = await readTranscript(resolve(transcript));
  return requestsOf(parsed, {
    user: userOf(context.values),
    chatId: text(context.values, 'chat'),
    messageId: text(context.values, 'message'),
    attachments: list(context.values, 'attach').map((path) => ({ path: resolve(path) })),
  });
};

export const runCommand: Command = {
  usage:
    'run [FILE | - | -c CODE | --transcript FILE.md] [--chat ID] [--message ID] [--attach FILE]... [--gateway URL --token-env NAME]',
  summary: 'Runs code as a message: its files are kept. Without --gateway on the embedded gateway of the data folder.',
  options: { ...gatewayOptions, ...messageOptions, ...runOptions },
  run: async (context) => {
    const { values, output, signal } = context;
    const runs = await runsFromOptions(context);
    if (runs.length === 0 || runs.every(({ request }) => request.code.trim() === '')) {
      throw new CodedError('code.empty', {});
    }
    const interpreter = await openFromOptions(values, output.log);
    try {
      const results: RunResult[] = [];
      for (const { request, words } of runs) {
        const input = terminalInput(signal);
        const result = await interpreter.run(request, {
          signal,
          onEvent: presentEvents(output),
          ...(input && { onInput: input }),
        });
        if (words) {
          interpreter.registry.describeMessage(request.key, words);
        }
        presentResult(output, result);
        results.push(result);
        if (result.status !== 'ok') {
          break;
        }
      }
      if (output.json) {
        output.value(text(values, 'transcript') === undefined ? results[0] : { runs: results });
      }
      return results.every(({ status }) => status === 'ok') ? 0 : 1;
    } finally {
      await interpreter.dispose();
    }
  },
};
