// /mnt/data is true in kernels of other languages (peers 14) and in libraries that open files in C, mounted and translated.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { ensureTestKernels } from '../../scripts/lib/testKernels.ts';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import { startTestGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { newMessage, openTestInterpreter, run } from '../support/interpreter.ts';
import { titleOf, type GroundingCase } from '../support/groundingCases.ts';
import { kernelOf, languageCases, languageFiles, type LanguageCase } from '../support/languageCases.ts';
import { nativeCases } from '../support/nativeCases.ts';
import { temporaryFolder } from '../support/places.ts';
import { needsMounts } from '../support/skipping.ts';

interface Suite {
  readonly language: string;
  readonly kernelName: string;
  readonly cases: readonly GroundingCase[];
  /** The real folder's name: one that needs care. */
  readonly folder: string;
}

/** In every language, in addresses and in patterns. */
const oddName = `it's ü "q" $x 100% a\\b [1]`;

const suiteOf = (language: LanguageCase['language']): Suite => ({
  ...{ language, kernelName: kernelOf[language], folder: oddName },
  cases: languageCases.filter((one) => one.language === language),
});

const suites: readonly Suite[] = [
  // Native libraries take backslashes for separators, and brackets for patterns.
  { language: 'Python', kernelName: 'libraries', cases: nativeCases, folder: `it's ü $x 100%` },
  ...(['Bash', 'R', 'TypeScript'] as const).map(suiteOf),
];

describe('kernels of other languages', () => {
  let gateway: TestGateway;

  before('start a gateway that offers them', async function start() {
    const before = process.env['JUPYTER_PATH'];
    process.env['JUPYTER_PATH'] = await ensureTestKernels();
    try {
      gateway = await startTestGateway();
    } finally {
      if (before === undefined) {
        delete process.env['JUPYTER_PATH'];
      } else {
        process.env['JUPYTER_PATH'] = before;
      }
    }
  });

  after(() => (gateway as TestGateway | undefined)?.stop());

  for (const grounding of ['mounted', 'translated'] as const) {
    for (const { language, kernelName, cases, folder: name } of suites) {
      describe(`${language}, ${grounding}`, () => {
        let interpreter: Interpreter;
        let work: (code: string) => Promise<RunResult>;

        before('start it with its files', async function start() {
          if (grounding === 'mounted') {
            await needsMounts(this);
          }
          const { connection, data } = gateway;
          const odd = join(await temporaryFolder('languages'), name);
          await mkdir(odd);
          const dataFolder = grounding === 'mounted' ? data.root : openDataFolder(odd).root;
          interpreter = await openTestInterpreter({ settings: { grounding }, connection, dataFolder });
          const folder = await temporaryFolder('inputs');
          const names = Object.keys(languageFiles);
          await Promise.all(names.map((file) => writeFile(join(folder, file), languageFiles[file] ?? '')));
          const common = { on: interpreter, key: newMessage(interpreter), kernelName };
          const first = await run('1', {
            ...common,
            attachments: names.map((file) => ({ path: join(folder, file) })),
          });
          assert.deepEqual([first.grounding, first.reach, first.skipped], [grounding, 'shared', []]);
          work = (code) => run(code, common);
        });

        after(() => (interpreter as Interpreter | undefined)?.dispose());

        const printsAs = ({ code, prints, translated, ...named }: GroundingCase): void => {
          it(titleOf(named), async () => {
            const result = await work(code);
            assert.equal(result.error, null);
            assert.equal(result.stdout, grounding === 'translated' ? (translated?.prints ?? prints) : prints);
            assert.doesNotMatch(JSON.stringify([result.outputs, result.stderr]), /languages-|uploads/);
          });
        };
        cases.forEach(printsAs);
      });
    }
  }
});
