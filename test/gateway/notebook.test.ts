import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { runningState } from '../../src/core/gateway/embedded/running.ts';
import { boundOutputs } from '../../src/extension/runs/boundOutputs.ts';
import { notebookJson } from '../../src/extension/runs/notebook.ts';
import * as words from '../../src/wording/record.ts';
import { testGateway } from '../support/embeddedGateway.ts';
import { openTestInterpreter } from '../support/interpreter.ts';

describe('the record of a run', () => {
  it('is a valid notebook, with rich outputs, errors and files, ended or under way, whole or cut', async () => {
    const interpreter = await openTestInterpreter();
    const code = [
      "open('/mnt/data/odd *name*.txt', 'w').write('x')",
      "print('one\\ntwo')",
      'from IPython.display import display, HTML',
      "display(HTML('<b>bold</b>'))",
      "display({'application/json': {'a': [1]}, 'text/plain': 'x' * 1000}, raw=True)",
      '1 / 0',
    ].join('\n');
    const { run_id, outputs, files } = await interpreter.run({ key: interpreter.key('record', 'm'), code });
    const run = { runId: run_id, code, language: 'python', outputs, files, notes: ['one *two*\nthree'] };
    const ended = { ...run, receipt: 'Failed.', isUnderWay: false };
    const cut = boundOutputs(outputs, { characters: 4, dataCharacters: 4, outputs: 3 }, words);
    const runs = [
      ended,
      { ...ended, runId: `${run_id}b`, language: 'bash', outputs: cut },
      { ...run, runId: 'live 1', outputs: [], files: [], receipt: 'Running', isUnderWay: true },
    ];
    const text = notebookJson(runs, { introduction: '2 earlier runs', links: true });
    const { data } = await testGateway();
    const state = await runningState(data);
    assert.ok(state);
    const script =
      'import sys, json, nbformat; text = sys.stdin.read(); nbformat.validate(json.loads(text)); print(len(nbformat.reads(text, 4).cells))';
    const checked = spawnSync(state.gatewayPython, ['-W', 'error', '-c', script], { input: text, encoding: 'utf8' });
    assert.equal(checked.status, 0, checked.stderr);
    assert.equal(checked.stdout.trim(), '7');
  });
});
