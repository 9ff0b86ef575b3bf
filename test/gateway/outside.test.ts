// Files that code writes outside of /mnt/data (peers 41): they are not kept, and the result names them.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunResult } from '../../src/core/run/result.ts';
import { newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';

const outsideOf = (result: RunResult): readonly string[] =>
  (result.notices ?? []).flatMap((notice) => (notice.code === 'files.outside' ? notice.paths : []));

describe('files written outside of /mnt/data', () => {
  for (const grounding of ['auto', 'translated'] as const) {
    it(`are named by the run that wrote them, and only there (${grounding})`, async () => {
      const folder = await temporaryFolder('outside');
      await withInterpreter({ settings: { grounding } }, async (on) => {
        const key = newMessage(on);
        const result = await run(
          `import os, pandas as pd, shutil, tempfile
os.makedirs('${folder}', exist_ok=True)
pd.DataFrame({'a': [1]}).to_csv('${folder}/x.csv')
shutil.copy('${folder}/x.csv', '/mnt/data/kept.csv')
open('${folder}/part', 'w').close(); os.replace('${folder}/part', '${folder}/whole.txt')
open('${folder}/gone.txt', 'w').close(); os.remove('${folder}/gone.txt')
open(os.devnull, 'w').close(); handle, name = tempfile.mkstemp()
os.chdir('${folder}'); open('relative.txt', 'w').close(); os.chdir('/mnt/data')
open('${folder}/x.csv').read(); open('inside.txt', 'w').close()
import matplotlib.pyplot as plt; plt.plot([1]); plt.savefig('figure.png')`,
          { on, key },
        );
        assert.equal(result.error, null);
        assert.deepEqual(outsideOf(result), [`${folder}/x.csv`, `${folder}/whole.txt`, `${folder}/relative.txt`]);
        assert.deepEqual(result.files.map(({ name }) => name).sort(), ['figure.png', 'inside.txt', 'kept.csv']);
        const failed = await run(`open('${folder}/y.csv', 'w').close()\nraise ValueError`, { on, key });
        assert.deepEqual(outsideOf(failed), [`${folder}/y.csv`]);
        assert.deepEqual(outsideOf(await run('1', { on, key })), []);
      });
    });
  }

  it('are counted where they are many', async () => {
    const { notices } = await run(`for n in range(30): open(f'/tmp/many-{n}.txt', 'w').close()`);
    const told = notices?.find((notice) => notice.code === 'files.outside');
    assert.deepEqual([told?.paths.length, told?.more], [20, 10]);
    await run(`import glob, os\nfor p in glob.glob('/tmp/many-*.txt'): os.remove(p)`);
  });
});
