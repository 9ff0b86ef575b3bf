// Kernels that live and give nothing, each in its way: their files are asked for past them, within a bound. Too long for each run of the tests.
import assert from 'node:assert/strict';
import type { Interpreter } from '../../src/core/interpreter.ts';
import { keptBy, newMessage, openTestInterpreter, run } from '../support/interpreter.ts';
import { recordKernelFolders, type KernelFolders } from '../support/kernelFolders.ts';

const writeFirst = "open('/mnt/data/kept.csv', 'w').write('1')\n";

describe('a kernel that gives its files to nobody', () => {
  let on: Interpreter;
  let folders: KernelFolders;

  before(async () => {
    folders = await recordKernelFolders();
    on = await openTestInterpreter({ settings: { reach: 'channel', initCode: folders.initCode } });
  });

  after(async () => {
    await on.dispose();
    assert.deepEqual(folders.left(), []);
  });

  const ways: Readonly<Record<string, string>> = {
    'it answers, its side of the transfer does not': `import sys
for client in list(sys.modules['_code_interpreter.transfer']._clients):
    client.comm.on_msg(lambda message: None)`,
    'it holds the interpreter when it is asked, and never lets go': `import re, sys
sys.modules['_code_interpreter.manifest'].Manifest.page = lambda *arguments: re.match(r'(a+)+$', 'a' * 60 + 'b')`,
    'its process is stopped': `import os, signal, sys
sys.modules['_code_interpreter.manifest'].Manifest.page = lambda *arguments: os.kill(os.getpid(), signal.SIGSTOP)`,
  };
  for (const [what, code] of Object.entries(ways)) {
    it(`${what}: another kernel is asked, and the next run has a new one`, async () => {
      const key = newMessage(on);
      const started = Date.now();
      const result = await run(writeFirst + code, { on, key });
      console.log(`      ${Math.round((Date.now() - started) / 1000)} s`);
      assert.deepEqual([keptBy(result), result.skipped], [['/mnt/data/kept.csv created'], []]);
      const next = await run("print(open('kept.csv').read())", { on, key });
      assert.deepEqual([next.status, next.stdout], ['ok', '1\n']);
    });
  }
});
