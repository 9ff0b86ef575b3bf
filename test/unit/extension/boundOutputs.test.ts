import assert from 'node:assert/strict';
import type { NotebookOutput } from '../../../src/core/run/result.ts';
import { boundOutputs } from '../../../src/extension/runs/boundOutputs.ts';
import * as words from '../../../src/wording/record.ts';

const bounds = { characters: 20, dataCharacters: 10, outputs: 4 };
const bound = (...outputs: NotebookOutput[]): readonly NotebookOutput[] => boundOutputs(outputs, bounds, words);
const stream = (text: string): NotebookOutput => ({ output_type: 'stream', name: 'stdout', text });
const display = (data: Record<string, unknown>): NotebookOutput => ({
  output_type: 'display_data',
  data,
  metadata: {},
});

describe('the outputs of a record', () => {
  it('stay as they are where they are small', () => {
    const outputs = [stream('a\n'), display({ 'text/plain': 'x', 'image/png': 'AAAA' })];
    assert.deepEqual(bound(...outputs), outputs);
  });

  it('lose the middle of a long text, at the ends of lines, and say how much', () => {
    const lines = Array.from({ length: 10 }, (_, index) => `line ${index}\n`).join('');
    assert.deepEqual(bound(stream(lines)), [stream('line 0\n[… 56 characters are left out here …]\nline 9\n')]);
  });

  it('are never cut inside a character', () => {
    for (let before = 0; before < 4; before++) {
      const [output] = bound(stream('x'.repeat(before) + '😀'.repeat(40)));
      assert.ok(output?.output_type === 'stream' && output.text.isWellFormed());
    }
  });

  it('have a word in the place of a piece of data that is too large; the rest of it stays', () => {
    assert.deepEqual(bound(display({ 'image/png': 'A'.repeat(2_000_000), 'text/html': '<b>1</b>' })), [
      display({ 'text/html': '<b>1</b>', 'text/plain': '[… image/png of 2.0 MB is left out here …]' }),
    ]);
  });

  it('are the first and the last where there are too many', () => {
    const texts = bound(...Array.from({ length: 9 }, (_, index) => display({ 'text/plain': `${index}` }))).map(
      (output) =>
        output.output_type === 'stream' ? output.text.trim() : 'data' in output && output.data['text/plain'],
    );
    assert.deepEqual(texts, ['0', '1', '[… 5 outputs are left out here …]', '7', '8']);
  });

  it('of an error are bounded too', () => {
    const error = { output_type: 'error', ename: 'E', evalue: 'v'.repeat(100), traceback: ['t'.repeat(100)] } as const;
    const [output] = bound({ ...error, traceback: [...error.traceback] });
    assert.ok(output?.output_type === 'error');
    assert.match(`${output.evalue} ${output.traceback[0] ?? ''}`, /80 characters .* 80 characters/s);
  });
});
