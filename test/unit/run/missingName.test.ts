import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openDataFolder } from '../../../src/core/dataFolder.ts';
import { openRegistry, type Registry } from '../../../src/core/registry/registry.ts';
import { findMissingName } from '../../../src/core/run/missingName.ts';
import { temporaryFolder } from '../../support/places.ts';

describe('a name that the code lacks', () => {
  let registry: Registry;
  let runs = 0;

  beforeEach(async () => {
    registry = await openRegistry(openDataFolder(await temporaryFolder('names')));
  });

  afterEach(() => {
    registry[Symbol.dispose]();
  });

  const ran = (messageId: string, code: string, chatId = 'chat'): void => {
    const workspace = registry.workspaceFor({ user: 'u', chatId, messageId });
    registry.beginRun({
      runId: `run-${++runs}`,
      workspace,
      code,
      language: 'python',
      kernelName: 'python3',
      startedAt: runs,
    });
  };

  const lacking = (name: string): string | undefined => {
    const workspace = registry.workspaceFor({ user: 'u', chatId: 'chat', messageId: 'here' });
    const error = { name: 'NameError', value: `name '${name}' is not defined. Did you mean: 'x'?`, traceback: [] };
    const found = findMissingName(registry, workspace, 'this', error);
    return found && (found.isSame ? 'same' : found.messageId);
  };

  for (const code of [
    'total = 1',
    'a, total = 1, 2',
    'total: int = 1',
    'if x:\n    total = 1',
    'def total(): ...',
    'async def total(): ...',
    'class total: ...',
    'import total',
    'import x as total',
    'from x import y, total',
    'with open(p) as total: ...',
    'for i, total in x: ...',
    'if (total := 1): ...',
  ]) {
    it(`is found where it was defined by ${JSON.stringify(code)}`, () => {
      ran('there', code);
      assert.equal(lacking('total'), 'there');
    });
  }

  for (const code of ['total == 1', 'print(total)', 'subtotal = 1', 'totals = 1', "x['total'] = 1", 'x.total = 1']) {
    it(`is not taken from ${JSON.stringify(code)}`, () => {
      ran('there', code);
      assert.equal(lacking('total'), undefined);
    });
  }

  it('is not looked for in another chat', () => {
    ran('there', 'total = 1', 'another');
    assert.equal(lacking('total'), undefined);
  });

  it('may have been this message’s own', () => {
    ran('here', 'total = 1');
    assert.equal(lacking('total'), 'same');
  });
});
