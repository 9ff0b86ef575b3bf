// The arguments of `npm test -- ...`: names of suites, and options that go on to mocha.
import { parseArgs } from 'node:util';
import { profiles } from '../host/profiles.ts';
import { suites } from './suites.ts';
import type { Suite } from './suites.ts';

export interface TestArguments {
  readonly chosen: readonly Suite[];
  readonly mochaArguments: readonly string[];
  /** Of the host tests; empty means all. */
  readonly profiles: readonly string[];
  /** The bound on the whole run. */
  readonly minutes: number;
}

/** @throws Error with a sentence for the user when an argument is not understood */
export const parseTestArguments = (args: readonly string[]): TestArguments => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      grep: { type: 'string', short: 'g' },
      bail: { type: 'boolean', short: 'b' },
      profile: { type: 'string', multiple: true, default: [] },
      minutes: { type: 'string', default: '40' },
    },
  });
  const unknown = positionals.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no suite "${unknown}". There are: ${suites.map(({ name }) => name).join(', ')}.`);
  }
  const strange = values.profile.find((name) => !profiles.some((profile) => profile.name === name));
  if (strange !== undefined) {
    throw new Error(`There is no profile "${strange}". There are: ${profiles.map(({ name }) => name).join(', ')}.`);
  }
  return {
    chosen: positionals.length === 0 ? suites : suites.filter(({ name }) => positionals.includes(name)),
    mochaArguments: [
      ...(values.grep === undefined ? [] : ['--grep', values.grep]),
      ...(values.bail === true ? ['--bail'] : []),
    ],
    profiles: values.profile,
    minutes: Number(values.minutes) || 40,
  };
};
