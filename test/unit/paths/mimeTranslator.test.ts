// Rich outputs say /mnt/data in every text kind, and binary ones are left as they are.
import assert from 'node:assert/strict';
import { translateMimeBundle } from '../../../src/core/paths/mimeTranslator.ts';
import { identityMapping } from '../../../src/core/paths/pathMapping.ts';

const real = '/srv/uploads/m1';
const mapping = { realPaths: [real] };

describe('the translator of rich outputs', () => {
  for (const type of [
    'text/plain',
    'text/html',
    'text/markdown',
    'text/latex',
    'image/svg+xml',
    'application/javascript',
    'application/xml',
  ]) {
    it(`translates ${type}, whole or as lines`, () => {
      assert.deepEqual(translateMimeBundle(mapping, { [type]: `see ${real}/x` }), { [type]: 'see /mnt/data/x' });
      assert.deepEqual(translateMimeBundle(mapping, { [type]: ['a\n', `${real}/x`] }), {
        [type]: ['a\n', '/mnt/data/x'],
      });
    });
  }

  it('translates JSON at every depth, names and values, and keeps what is no text', () => {
    const bundle = {
      'application/json': { [real]: [{ path: `${real}/a`, size: 3, open: true, none: null }] },
      'application/vnd.plotly.v1+json': { layout: { title: real } },
    };
    assert.deepEqual(translateMimeBundle(mapping, bundle), {
      'application/json': { '/mnt/data': [{ path: '/mnt/data/a', size: 3, open: true, none: null }] },
      'application/vnd.plotly.v1+json': { layout: { title: '/mnt/data' } },
    });
  });

  it('never touches binary kinds or base64, whatever they spell', () => {
    const spelled = Buffer.from('x').toString('base64') + real;
    const long = `${'QUJD'.repeat(80)}=${real}/`;
    const bundle = {
      'image/png': real,
      'image/jpeg': real,
      'application/pdf': real,
      'application/octet-stream': real,
      'audio/wav': real,
      'text/html': `<img src="data:image/png;base64,${real}">`,
      'application/json': { data: long, other: `data:image/png;base64,${spelled}` },
    };
    assert.deepEqual(translateMimeBundle(mapping, bundle), bundle);
  });

  it('translates what stands around base64', () => {
    const html = `<img src="data:image/png;base64,iVBORw0KGgo="><a href="${real}/x">x</a>`;
    assert.deepEqual(translateMimeBundle(mapping, { 'text/html': html }), {
      'text/html': '<img src="data:image/png;base64,iVBORw0KGgo="><a href="/mnt/data/x">x</a>',
    });
  });

  it('gives back the same bundle where there is nothing to do', () => {
    const bundle = { 'text/plain': real };
    assert.equal(translateMimeBundle(identityMapping, bundle), bundle);
  });
});
