// Text that grows by many pieces is the same text.
import assert from 'node:assert/strict';
import type { KernelMessage } from '@jupyterlab/services';
import { growingText } from '../../../src/core/run/growingText.ts';
import { createOutputModel } from '../../../src/core/run/outputs.ts';
import { noTranslation } from '../../../src/core/run/translation.ts';

const stream = (name: 'stdout' | 'stderr', text: string): KernelMessage.IIOPubMessage =>
  ({ header: { msg_type: 'stream' }, content: { name, text } }) as unknown as KernelMessage.IIOPubMessage;

describe('growing text', () => {
  it('is what was appended, in order, whenever it is read', () => {
    const growing = growingText();
    let expected = '';
    for (let piece = 0; piece < 5000; piece++) {
      growing.append(`${piece}\n`);
      expected += `${piece}\n`;
      if (piece % 500 === 0 || piece % 1024 > 1021) {
        assert.equal(growing.text, expected);
      }
    }
    assert.equal(growing.text, expected);
  });

  it('a stream that another one interrupts goes on in an output of its own', () => {
    const model = createOutputModel(noTranslation, () => undefined);
    for (const [name, text] of [
      ['stdout', 'a'],
      ['stdout', 'b'],
      ['stderr', 'c'],
      ['stdout', 'd'],
    ] as const) {
      model.accept(stream(name, text));
    }
    assert.deepEqual(model.outputs, [
      { output_type: 'stream', name: 'stdout', text: 'ab' },
      { output_type: 'stream', name: 'stderr', text: 'c' },
      { output_type: 'stream', name: 'stdout', text: 'd' },
    ]);
    assert.equal(model.stdout(), 'abd');
    assert.equal(model.stderr(), 'c');
  });

  it('a cleared stream begins anew in the outputs, and what was printed stays known', () => {
    const model = createOutputModel(noTranslation, () => undefined);
    model.accept(stream('stdout', 'gone\n'));
    model.accept({
      header: { msg_type: 'clear_output' },
      content: { wait: true },
    } as unknown as KernelMessage.IIOPubMessage);
    model.accept(stream('stdout', 'here\n'));
    assert.deepEqual(model.outputs, [{ output_type: 'stream', name: 'stdout', text: 'here\n' }]);
    assert.equal(model.stdout(), 'gone\nhere\n');
  });
});
