// Printed text that may become a path is held back for a moment only, and never changes its place.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { KernelMessage } from '@jupyterlab/services';
import { createOutputModel, type OutputModel } from '../../../src/core/run/outputs.ts';
import { translateOutputs } from '../../../src/core/run/translation.ts';

const message = (type: string, content: object): KernelMessage.IIOPubMessage =>
  ({ header: { msg_type: type }, content }) as unknown as KernelMessage.IIOPubMessage;
const printed = (text: string, name = 'stdout'): KernelMessage.IIOPubMessage => message('stream', { name, text });

describe('text that may become a path', () => {
  let model: OutputModel;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    model = createOutputModel(translateOutputs({ realPaths: ['/srv/uploads/m1'] }), () => undefined);
  });

  afterEach(() => {
    mock.timers.reset();
  });

  it('is shown when nothing follows for a moment', () => {
    model.accept(printed('look in /srv/up'));
    assert.equal(model.stdout(), 'look in ');
    mock.timers.tick(300);
    assert.equal(model.stdout(), 'look in /srv/up');
  });

  it('becomes the virtual path when the rest comes in time', () => {
    for (const piece of ['/srv', '/uploads', '/m1', '/x']) {
      model.accept(printed(piece));
      mock.timers.tick(299);
    }
    model.end();
    assert.equal(model.stdout(), '/mnt/data/x');
  });

  it('stays before what is shown or printed elsewhere after it', () => {
    model.accept(printed('a /srv'));
    model.accept(printed('b /srv', 'stderr'));
    model.accept(message('display_data', { data: { 'text/plain': 'c' }, metadata: {} }));
    assert.deepEqual(
      model.outputs.map((output) => ('text' in output ? output.text : output.output_type)),
      ['a /srv', 'b /srv', 'display_data'],
    );
  });
});
