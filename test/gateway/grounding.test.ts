// /mnt/data is true in a Python kernel, mounted and translated: every form of a path, and everything that comes back.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { Grounding } from '../../src/core/kernel/capabilities.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { groundingCases, groundingFiles, titleOf } from '../support/groundingCases.ts';
import { newMessage, openTestInterpreter, run } from '../support/interpreter.ts';
import { needsMounts } from '../support/skipping.ts';
import { temporaryFolder } from '../support/places.ts';

/** Mounted, the folder must be the gateway's; translated, it may have a name that needs care everywhere. */
const openGrounded = async (grounding: Grounding): Promise<Interpreter> => {
  if (grounding === 'mounted') {
    return openTestInterpreter({ settings: { grounding } });
  }
  const { connection } = await testGateway();
  const dataFolder = join(await temporaryFolder('grounding'), "it's ü $x 100%");
  await mkdir(dataFolder);
  return openTestInterpreter({ settings: { grounding }, connection, dataFolder: openDataFolder(dataFolder).root });
};

for (const grounding of ['mounted', 'translated'] as const) {
  describe(`/mnt/data, ${grounding}`, () => {
    let interpreter: Interpreter;
    let key: MessageKey;
    const work = (code: string): Promise<RunResult> => run(code, { on: interpreter, key });

    before(async function start() {
      if (grounding === 'mounted') {
        await needsMounts(this);
      }
      interpreter = await openGrounded(grounding);
      key = newMessage(interpreter);
      const folder = await temporaryFolder('inputs');
      await Promise.all(Object.entries(groundingFiles).map(([name, text]) => writeFile(join(folder, name), text)));
      const first = await run('1', {
        on: interpreter,
        key,
        attachments: Object.keys(groundingFiles).map((name) => ({ path: join(folder, name) })),
      });
      assert.equal(first.grounding, grounding);
      assert.deepEqual(first.skipped, []);
    });

    after(() => (interpreter as Interpreter | undefined)?.dispose());

    for (const { code, prints, translated, ...named } of groundingCases) {
      it(titleOf(named), async () => {
        const result = await work(code);
        assert.equal(result.error, null);
        assert.equal(result.stdout, grounding === 'translated' ? (translated?.prints ?? prints) : prints);
      });
    }

    it('no output names the real folder (peers 18)', async () => {
      const result = await work(
        "import os, sys, subprocess\nfrom IPython.display import HTML, JSON\nprint(os.path.realpath('.'), file=sys.stderr)\ndisplay(HTML(f'<a href=\"file://{os.path.realpath(\"p.txt\")}\">x</a>'), JSON({'path': [os.getcwd()]}))\nsubprocess.run('pwd; ls -d \"$PWD\"/*.txt >&2', shell=True)\nimport helper\nhelper.nothing",
      );
      assert.equal(result.error?.name, 'AttributeError');
      const all = JSON.stringify(result);
      assert.doesNotMatch(all, /grounding-|uploads\//);
      assert.match(result.stderr, /^\/mnt\/data\n/);
    });

    it('a traceback shows the lines of the code and no other frame', async () => {
      const { error } = await work("def f(a):\n    return open(\n        a)\n\nf('/mnt/data/none')");
      assert.equal(error?.value, "[Errno 2] No such file or directory: '/mnt/data/none'");
      const lines = error.traceback.join('\n');
      assert.match(lines, /line 5/);
      assert.match(lines, /----> 2 {5}return open\(/);
      assert.doesNotMatch(lines, /code interpreter|_code_interpreter|uploads/);
    });

    it('nothing of ours is among the names, the inputs or the outputs', async () => {
      const result = await work(
        "print([n for n in dir() if 'interpreter' in n], In[-2][:7], _ih[0] == '')\n%who_ls str",
      );
      assert.match(result.stdout, /^\[\] def f\(a True\n/);
    });
  });
}
