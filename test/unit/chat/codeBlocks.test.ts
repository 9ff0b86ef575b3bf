import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codeBlocks, kernelLanguage, type CodeBlock } from '../../../src/core/chat/codeBlocks.ts';
import { anyText } from '../../support/anyText.ts';

const only = (markdown: string): CodeBlock => {
  const [block, ...others] = codeBlocks(markdown);
  assert.ok(block);
  assert.equal(others.length, 0);
  return block;
};

/** The lines that the block says it has, as they stand in the text, without their indentation. */
const slice = (markdown: string, block: CodeBlock): string =>
  markdown
    .split(/\r\n|\r|\n/u)
    .slice(block.firstLine, block.lastLine + 1)
    .map((line) => (line.startsWith(block.indentation) ? line.slice(block.indentation.length) : line))
    .join('\n');

describe('code blocks of a Markdown text', () => {
  it('gives the code, its language and the lines it stands on', () => {
    assert.deepEqual(only('Hello\n\n```python\nprint(1)\nprint(2)\n```\nbye'), {
      language: 'python',
      info: 'python',
      code: 'print(1)\nprint(2)',
      fenceLine: 2,
      firstLine: 3,
      lastLine: 4,
      indentation: '',
      closed: true,
    });
  });

  it('keeps a shorter or another fence inside a block, also one in a docstring (peers 23)', () => {
    assert.equal(only('````py\nprint("""\n```\nx\n```\n""")\n````').code, 'print("""\n```\nx\n```\n""")');
    assert.equal(only('~~~py\n```\n~~~').code, '```');
    assert.equal(only('```py\n~~~\nx = """\n    ```\n"""\n```').code, '~~~\nx = """\n    ```\n"""');
  });

  it('gives a block that is still open, with what there is of it', () => {
    const block = only('Here:\n```python\nx = 1\nprint(');
    assert.equal(block.closed, false);
    assert.equal(block.code, 'x = 1\nprint(');
    assert.deepEqual([block.firstLine, block.lastLine], [2, 3]);
    assert.deepEqual(only('```py').code, '');
    assert.equal(only('```py\n\n').closed, false);
  });

  it('strips the indentation of lists and quotes and says what it was', () => {
    const list = only('1. Do this:\n\n   ```python\n   if x:\n       y()\n   ```\n');
    assert.equal(list.code, 'if x:\n    y()');
    assert.equal(list.indentation, '   ');
    const quote = only('> ```r\n> x <- 1\n> ```\n');
    assert.deepEqual([quote.code, quote.indentation, quote.language], ['x <- 1', '> ', 'r']);
    assert.equal(only('- a\n  - ```py\n    x\n    ```').code, 'x');
  });

  it('keeps tabs, blank lines, trailing spaces and dollar signs of the code as they are', () => {
    const code = "\tx = '$&$1'  \n\n\ny = 2";
    assert.equal(only(`\`\`\`py\n${code}\n\`\`\``).code, code);
  });

  it('counts lines the same in files with Windows line ends', () => {
    const block = only('a\r\n\r\n```py\r\nx = 1\r\ny = 2\r\n```\r\n');
    assert.deepEqual([block.code, block.firstLine, block.lastLine], ['x = 1\ny = 2', 3, 4]);
  });

  it('finds no code in comments, in inline code or in indented text', () => {
    assert.deepEqual(codeBlocks('<!--\n```py\nx\n```\n-->\n\nuse ```py x``` here\n\n    ```py\n    x\n'), []);
  });

  it('has empty code for an empty block', () => {
    const block = only('```py\n```');
    assert.deepEqual([block.code, block.firstLine, block.lastLine, block.indentation], ['', 1, 0, '']);
  });

  it('never throws, and the lines of each block hold its code', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '```',
        '````',
        '~~~',
        '```py',
        '~~~ {r}',
        '> ',
        '- ',
        '1. ',
        '    ',
        '\t',
        '\n',
        '\r\n',
        '\n\n',
        '<!--',
        '# ',
        '`',
      ),
      anyText({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const markdown = pieces.join('');
        const lines = markdown.split(/\r\n|\r|\n/u);
        let before = -1;
        for (const block of codeBlocks(markdown)) {
          const { firstLine, lastLine, fenceLine, code } = block;
          assert.ok(fenceLine > before && firstLine === fenceLine + 1 && lastLine < lines.length);
          assert.match(lines[fenceLine] ?? '', /```|~~~/u);
          assert.equal(
            code === ''
              ? [0, 1].includes(lastLine - firstLine + 1)
              : code.split('\n').length === lastLine - firstLine + 1,
            true,
          );
          before = lastLine;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives back any code that was put between longer fences', () => {
    const line = anyText({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n\0]/gu, ''));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.constantFrom('', '> ', '   '), (code, prefix) => {
        const fence = '`'.repeat(20);
        const markdown = [
          'text',
          '',
          `${prefix === '   ' ? '1. ' : prefix}${fence}python`,
          ...[...code, fence].map((text) => prefix + text),
        ].join('\n');
        const block = only(markdown);
        assert.equal(block.code, code.join('\n'));
        assert.equal(slice(markdown, block), block.code);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the language of a code block', () => {
  const cases: [string, string | null][] = [
    ['python', 'python'],
    ['Python3 title="report"', 'python'],
    ['py', 'python'],
    ['{python}', 'python'],
    ['{python, echo=false}', 'python'],
    ['{.python .numberLines}', 'python'],
    ['python{1,3}', 'python'],
    ['python:report.py', 'python'],
    ['ipython3', 'python'],
    ['R', 'r'],
    ['{r setup, include=FALSE}', 'r'],
    ['jl', 'julia'],
    ['sh', 'bash'],
    ['c++', 'c++'],
    ['', null],
    ['   ', null],
    ['text', null],
    ['json', null],
    ['pycon', null],
    ['python-repl', null],
    ['constructor', null],
    ['🐍', null],
  ];
  for (const [info, language] of cases) {
    it(`reads ${JSON.stringify(info)} as ${language ?? 'nothing that runs'}`, () => {
      assert.equal(kernelLanguage(info), language);
    });
  }

  it('never guesses: English prose without a label is not Python (peers 24)', () => {
    assert.equal(only('```\nThis is not in the list / and is fine. import it!\n```').language, null);
  });
});
