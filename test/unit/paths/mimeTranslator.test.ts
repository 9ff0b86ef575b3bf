// Rich outputs say /mnt/data in every text kind, and binary ones are left as they are.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { translateMimeBundle } from '../../../src/core/paths/mimeTranslator.ts';
import { identityMapping } from '../../../src/core/paths/pathMapping.ts';
import { cases, patience } from './fuzz.ts';

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

/** JSON in which some texts are the path, and no other text holds it. */
const bundles = (path: string): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(path, `${path}/x`, `in ${path}.`, null, true, 1.5, ''),
      fc.string({ maxLength: 9 }).filter((text) => !text.includes('m1')),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', path, `${path}/k`), tie('value'), { maxKeys: 4 }),
    ),
  })).value;

describe('the translator of rich outputs, for any bundle', function () {
  this.timeout(patience);

  it('changes the path and nothing else, at any depth, and is done after one time', () => {
    fc.assert(
      fc.property(bundles(real), (value) => {
        const bundle = { 'application/json': value, 'image/png': real };
        const once = translateMimeBundle(mapping, bundle);
        const expected = JSON.parse(JSON.stringify(value).replaceAll(real, '/mnt/data')) as unknown;
        assert.deepEqual(once, { 'application/json': expected, 'image/png': real });
        assert.deepEqual(translateMimeBundle(mapping, once), once);
      }),
      cases(2000),
    );
  });

  it('passes base64 and binary kinds byte for byte', () => {
    fc.assert(
      fc.property(fc.base64String({ minLength: 4, maxLength: 400 }), fc.string({ maxLength: 20 }), (base64, text) => {
        const uri = `data:image/png;base64,${base64}`;
        const bundle = { 'text/html': `<img src="${uri}">`, 'image/png': base64, 'application/pdf': text };
        assert.deepEqual(translateMimeBundle({ realPaths: [`/${base64.slice(0, 3)}`] }, bundle), bundle);
      }),
      cases(1000),
    );
  });
});
