// Shell code is translated in two places: here for shell kernels, in the kernel for what Python code starts. Both do the same.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { translateCode } from '../../../src/core/paths/codeTranslator.ts';
import { kernelSources } from '../../../src/core/kernel/kernelPython.ts';
import { temporaryFolder } from '../../support/places.ts';
import { findPython, runPython } from '../../support/python.ts';
import { cases, patience } from './fuzz.ts';
import { oddPath, plainPath, shellCases } from './shellCases.ts';
import { skipBecause } from '../../support/skipping.ts';

/** Imports the parts of the kernel's side as the kernel does, and translates pairs of a real path and shell code. */
const translateInPython = `
import json, sys, types
given = json.load(sys.stdin)
package = types.ModuleType('_code_interpreter')
sys.modules['_code_interpreter'] = package
for name in ('paths', 'text'):
    module = types.ModuleType('_code_interpreter.' + name)
    sys.modules[module.__name__] = module
    exec(given['sources'][name], module.__dict__)
    setattr(package, name, module)
found = []
for real_path, code in given['pairs']:
    package.paths.enable(real_path)
    found.append(package.text.shell(code))
json.dump(found, sys.stdout)
`;

describe('shell code that Python starts', function () {
  this.timeout(patience);
  let python: string;
  let temporary: string;

  before(async function () {
    const found = findPython();
    if ('missing' in found) {
      skipBecause(this, found.missing);
    }
    python = found.path;
    temporary = await temporaryFolder('shell');
  });

  const agree = (pairs: readonly (readonly [realPath: string, code: string])[]): void => {
    const translated = runPython(python, translateInPython, { sources: kernelSources().sources, pairs }, temporary);
    assert.deepEqual(
      translated,
      pairs.map(([realPath, code]) => translateCode('bash', code, realPath)),
    );
  };

  it('is translated like that of a shell kernel', () => {
    agree([plainPath, oddPath].flatMap((path) => shellCases.map(([code]) => [path, code] as const)));
  });

  it('is translated like that of a shell kernel, whatever it is', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(...shellCases.map(([code]) => code)),
        fc.constantFrom(
          '/mnt/data',
          '/mnt/data/x',
          '"',
          "'",
          '`',
          '$(',
          ')',
          '(',
          '}',
          '\\',
          '#',
          ' ',
          '\n',
          '<<EOF',
          '\nEOF\n',
          '$',
          '=',
          ':',
          '-I',
          '.',
          'é',
          '//',
          'file:',
        ),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 10 },
    );
    const { numRuns, seed } = cases<unknown>(3000);
    const samples = fc.sample(pieces, {
      ...(numRuns !== undefined && { numRuns }),
      ...(seed !== undefined && { seed }),
    });
    agree(samples.map((sample) => [oddPath, sample.join('')] as const));
  });
});
