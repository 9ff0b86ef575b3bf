// Where the command line writes: results on standard output, everything else on standard error.
import { describeError } from '../wording/errors.ts';
import { isCoded } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

export interface Output {
  readonly json: boolean;
  /** The one JSON value of a command with `--json`. */
  value(value: unknown): void;
  /** Text for people on standard output; nothing with `--json`. */
  print(text: string): void;
  /** A line about what goes on, on standard error. */
  note(text: string): void;
  readonly log: Log;
}

const exitStatuses: readonly (readonly [RegExp, number])[] = [
  [/^(usage|code|attachment|transcript|data|registry|file|chat)\./, 2],
  [/^(gateway|kernel|embedded|message)\./, 3],
];

/** 1 the run failed, 2 bad usage, 3 gateway or connection. */
export const exitStatusOf = (error: unknown): number =>
  isCoded(error) ? (exitStatuses.find(([codes]) => codes.test(error.code))?.[1] ?? 1) : 1;

export const createOutput = (options: { json: boolean; verbose: boolean }): Output => {
  const note = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const quiet = (): void => undefined;
  const logged = options.verbose ? note : quiet;
  return {
    json: options.json,
    value: (value) => {
      process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    print: (text) => {
      if (!options.json) {
        process.stdout.write(text);
      }
    },
    note,
    log: { debug: logged, info: logged, warn: logged, error: note },
  };
};

/** Tells an error in one sentence, as JSON too where that is asked for; gives the exit status. */
export const tellError = (error: unknown, output: Output): number => {
  const { message } = describeError(error);
  if (output.json) {
    output.value({ error: { code: isCoded(error) ? error.code : 'unforeseen', message } });
  }
  output.note(message);
  if (!isCoded(error) && error instanceof Error && error.stack !== undefined) {
    output.log.debug(error.stack);
  }
  return exitStatusOf(error);
};
