import assert from 'node:assert/strict';
import { parseTestArguments } from '../../../scripts/test/arguments.ts';
import { add, closingLine, none, oneFailure, onePassed } from '../../../scripts/test/counts.ts';

describe('npm test', () => {
  it('closes with one line over all suites', () => {
    assert.equal(closingLine(add([onePassed, onePassed, oneFailure('x')])), '2 passed, 1 failed');
    assert.equal(closingLine(add([onePassed, { ...none, skipped: ['no moon'] }])), '1 passed, 0 failed, 1 skipped');
  });

  it('runs every suite unless some are named', () => {
    const names = (args: readonly string[]): readonly string[] =>
      parseTestArguments(args).chosen.map(({ name }) => name);
    assert.deepEqual(names([]), ['check', 'unit', 'gateway', 'cli', 'faults', 'host']);
    assert.deepEqual(names(['gateway', 'unit']), ['unit', 'gateway']);
    assert.throws(() => names(['nope']), /There is no suite "nope"/);
  });

  it('hands a pattern on to mocha', () => {
    assert.deepEqual(parseTestArguments(['unit', '--grep', 'keeps']).mochaArguments, ['--grep', 'keeps']);
  });
});
