// The options that commands share, read once: what is wrong with them is told in one sentence.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { CodedError } from '../core/errors.ts';

export const sharedOptions = {
  json: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  'data-dir': { type: 'string' },
  user: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

export const gatewayOptions = {
  gateway: { type: 'string' },
  'token-env': { type: 'string' },
  'password-env': { type: 'string' },
  ca: { type: 'string' },
  'header-env': { type: 'string', multiple: true },
  python: { type: 'string' },
  'kernel-python': { type: 'string' },
  'show-home': { type: 'boolean' },
  'hide-network': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
} as const satisfies ParseArgsOptionsConfig;

export const messageOptions = {
  chat: { type: 'string' },
  message: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

export const runOptions = {
  kernel: { type: 'string' },
  timeout: { type: 'string' },
  attach: { type: 'string', multiple: true },
  grounding: { type: 'string' },
  reach: { type: 'string' },
  'transfer-file-megabytes': { type: 'string' },
  'transfer-files': { type: 'string' },
  'transfer-megabytes': { type: 'string' },
  'fetch-anyway': { type: 'boolean' },
  'keep-kernel-folder': { type: 'boolean' },
  scope: { type: 'string' },
  'init-code': { type: 'string' },
  'kernel-data-dir': { type: 'string' },
  transcript: { type: 'string' },
  code: { type: 'string', short: 'c' },
} as const satisfies ParseArgsOptionsConfig;

/** Values as given: strings, flags, lists. */
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Arguments {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
}

const usageError = (problem: string): CodedError => new CodedError('usage.invalid', { problem });

/**
 * Reads the arguments of one command.
 * @throws CodedError `usage.invalid`
 */
export const readArguments = (args: readonly string[], options: ParseArgsOptionsConfig): Arguments => {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    // Node's own sentence names the option; what follows it is advice about quoting.
    const [problem = 'the options make no sense'] = (error as Error).message.split('. ');
    throw usageError(problem);
  }
};

export const text = (values: OptionValues, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

export const flag = (values: OptionValues, name: string): boolean => values[name] === true;

export const list = (values: OptionValues, name: string): string[] => {
  const value = values[name];
  return Array.isArray(value) ? value.map(String) : [];
};

/** @throws CodedError `usage.invalid` when it is missing */
export const required = (values: OptionValues, name: string): string => {
  const value = text(values, name);
  if (value === undefined) {
    throw usageError(`--${name} is missing`);
  }
  return value;
};

/** @throws CodedError `usage.invalid` when it is none of `choices` */
export const choice = <Choice extends string>(
  values: OptionValues,
  name: string,
  choices: readonly Choice[],
): Choice | undefined => {
  const value = text(values, name);
  const found = choices.find((candidate) => candidate === value);
  if (value !== undefined && found === undefined) {
    throw usageError(`--${name} is one of ${choices.join(', ')}, not "${value}"`);
  }
  return found;
};

/** @throws CodedError `usage.invalid` unless it is a number above zero */
export const positive = (values: OptionValues, name: string): number | undefined => {
  const value = text(values, name);
  if (value === undefined) {
    return undefined;
  }
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) {
    throw usageError(`--${name} is a number above zero, not "${value}"`);
  }
  return number;
};

/** The value of the environment variable that an option names; secrets are never given as arguments. */
export const fromEnvironment = (values: OptionValues, name: string): string | undefined => {
  const variable = text(values, name);
  if (variable === undefined) {
    return undefined;
  }
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw usageError(`the environment variable ${variable} (--${name}) is not set`);
  }
  return value;
};
