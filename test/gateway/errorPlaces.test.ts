// What an error says of the documents that its code came from, and of the file that it missed.
import assert from 'node:assert/strict';
import { newMessage, run, testInterpreter } from '../support/interpreter.ts';

const uri = 'file:///home/someone/report.py';
const document = { name: 'report.py', uri, firstLine: 9, firstColumn: 8, indentation: 4 };

describe('the error of a run', () => {
  it('names the document and its lines, in the text and as data', async () => {
    const { error, outputs } = await run('a = 1\nb = (a / 0)', { document });
    assert.match(error?.traceback.join('\n') ?? '', /File report\.py, line 11\b/);
    assert.deepEqual(error?.frames, [{ document: 'report.py', uri, line: 11, column: 9 }]);
    assert.doesNotMatch(JSON.stringify(outputs), /someone/);
    assert.doesNotMatch(error.traceback.join('\n'), /^\s*\d+ #/m);
  });

  it('on the first line counts the columns from where the selection began', async () => {
    const { error } = await run('"é😀", nowhere', { document });
    assert.deepEqual(
      error?.frames?.map(({ line, column }) => [line, column]),
      [[10, 8 + 7]],
    );
  });

  it('names the line of code that is no Python', async () => {
    const { error } = await run('a = 1\nb = = 2', { document });
    assert.match(error?.traceback.join('\n') ?? '', /File report\.py, line 11\b/);
    assert.deepEqual(error?.frames, [{ document: 'report.py', uri, line: 11, column: 8 }]);
  });

  it('passes through documents of earlier runs, and leaves code without one its name', async () => {
    const interpreter = await testInterpreter();
    const key = newMessage(interpreter);
    await run('def f():\n    raise KeyError(1)', { key, document: { name: 'library.md', firstLine: 2 } });
    const { error } = await run('f()', { key, document });
    assert.deepEqual(
      error?.frames?.map((frame) => [frame.document, frame.line]),
      [
        ['report.py', 10],
        ['library.md', 4],
      ],
    );
    const unnamed = await run('1 / 0', { key });
    assert.match(unnamed.error?.traceback.join('\n') ?? '', /Cell In\[3\], line 1/);
    assert.equal(unnamed.error?.frames, undefined);
  });

  it('of a cell magic keeps its own lines', async () => {
    const { error } = await run('%%time\n1 / 0', { document });
    assert.equal(error?.name, 'ZeroDivisionError');
    assert.equal(error.frames, undefined);
  });

  it('tells the file that was not found, whoever raised it', async () => {
    const missing = async (code: string): Promise<string | undefined> => (await run(code)).error?.missing_file;
    assert.equal(await missing("open('/mnt/data/sales 1.csv')"), '/mnt/data/sales 1.csv');
    assert.equal(await missing("import pandas as pd\npd.read_csv('a.csv')"), '/mnt/data/a.csv');
    assert.equal(await missing("import numpy as np\nnp.loadtxt('b.txt')"), '/mnt/data/b.txt');
    const wrapped = "try:\n    open('sub/c.txt')\nexcept OSError as error:\n    raise ValueError('no luck') from error";
    assert.equal(await missing(wrapped), '/mnt/data/sub/c.txt');
    assert.equal(await missing('raise ValueError("No such file or directory: \'d.txt\'")'), undefined);
  });

  it('of an earlier run is not told again', async () => {
    const interpreter = await testInterpreter();
    const key = newMessage(interpreter);
    await run("open('gone')", { key });
    const { error } = await run('1 / 0', { key });
    assert.deepEqual([error?.name, error?.missing_file], ['ZeroDivisionError', undefined]);
  });
});
