import assert from 'node:assert/strict';
import { framesIn, placedCode, sourceMetadata } from '../../../src/core/run/codeSource.ts';

const source = { name: 'a.py', uri: 'file:///a.py', firstLine: 3, firstColumn: 10, indentation: 2 };

describe('the place of code in its document', () => {
  it('moves code to its line, in a way that IPython leaves there', () => {
    assert.equal(placedCode('x', source).split('\n').indexOf('x'), 3);
    assert.equal(placedCode('x', undefined), 'x');
    const empty = placedCode('\n \nx', undefined);
    assert.equal(empty.split('\n').indexOf('x'), 2);
    assert.equal(empty[0], '#');
  });

  it('leaves a cell magic on its first line, and says no document for it', () => {
    assert.equal(placedCode('%%bash\nls', source), '%%bash\nls');
    assert.deepEqual(sourceMetadata('%%bash\nls', source), {});
    assert.deepEqual(sourceMetadata('x', source), { code_interpreter: { document: 'a.py', firstLine: 3 } });
  });

  it('puts columns back that were taken off, and its address to this document only', () => {
    const frames = framesIn(source, [
      { document: 'a.py', line: 4, column: 1 },
      { document: 'a.py', line: 5, column: 1 },
      { document: 'a.py', line: 6, column: null },
      { document: 'b.py', line: 4, column: 1 },
    ]);
    assert.deepEqual(frames, [
      { document: 'a.py', line: 4, column: 11, uri: 'file:///a.py' },
      { document: 'a.py', line: 5, column: 3, uri: 'file:///a.py' },
      { document: 'a.py', line: 6, column: null, uri: 'file:///a.py' },
      { document: 'b.py', line: 4, column: 1 },
    ]);
  });
});
