import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findDataPaths, normaliseDataPath } from '../../../src/core/chat/links.ts';
import { anyText } from '../../support/anyText.ts';

/** What is found in a text: the piece of text that becomes the link, and the path it means where that differs. */
const found = (text: string, known: string[] = []): string[] =>
  findDataPaths(text, known).map(({ start, end, path }) => {
    const piece = text.slice(start, end);
    return piece === path ? piece : `${piece} -> ${path}`;
  });

describe('paths under /mnt/data in a text', () => {
  const cases: [name: string, text: string, expected: string[]][] = [
    [
      'in prose',
      'I saved /mnt/data/report.xlsx and (/mnt/data/a_b-1.csv).',
      ['/mnt/data/report.xlsx', '/mnt/data/a_b-1.csv'],
    ],
    ['at both ends of a text', '/mnt/data/a.csv', ['/mnt/data/a.csv']],
    ['the folder itself', 'in /mnt/data. See /mnt/data/', ['/mnt/data', '/mnt/data/ -> /mnt/data']],
    ['with brackets in the name', 'see /mnt/data/a(1)[x].png, then', ['/mnt/data/a(1)[x].png']],
    [
      'in bold, code, tables and HTML',
      '**/mnt/data/a.csv** `/mnt/data/b c.csv` |/mnt/data/d.csv| <td>/mnt/data/e.csv</td>',
      ['/mnt/data/a.csv', '/mnt/data/b c.csv', '/mnt/data/d.csv', '/mnt/data/e.csv'],
    ],
    [
      'in code, with spaces',
      `pd.read_csv('/mnt/data/a b.csv', "/mnt/data/it's.csv")`,
      ['/mnt/data/a b.csv', "/mnt/data/it's.csv"],
    ],
    [
      'with an escaped quote',
      String.raw`open('/mnt/data/it\'s.csv')`,
      [String.raw`/mnt/data/it\'s.csv -> /mnt/data/it's.csv`],
    ],
    ['with a remark in the same quotes', 'print("/mnt/data/out.xlsx written")', ['/mnt/data/out.xlsx']],
    ['in an open quote', `it's in '/mnt/data/a.csv and more`, ['/mnt/data/a.csv']],
    [
      'in a printed list',
      "[PosixPath('/mnt/data/a.csv'), PosixPath('/mnt/data/b.csv')]",
      ['/mnt/data/a.csv', '/mnt/data/b.csv'],
    ],
    ['in a list without spaces', '/mnt/data/a.csv,/mnt/data/b,c.csv', ['/mnt/data/a.csv', '/mnt/data/b,c.csv']],
    [
      'in a traceback',
      'File "/mnt/data/x.py", line 3; /mnt/data/y.py:12:3: error',
      ['/mnt/data/x.py', '/mnt/data/y.py'],
    ],
    ['in written line ends', String.raw`"saved /mnt/data/a.csv\n"`, ['/mnt/data/a.csv']],
    [
      'as sandbox links',
      'sandbox:/mnt/data/a.csv and sandbox:///mnt/data/b%20c.csv',
      ['sandbox:/mnt/data/a.csv -> /mnt/data/a.csv', 'sandbox:///mnt/data/b%20c.csv -> /mnt/data/b c.csv'],
    ],
    [
      'as targets of links',
      '[a](sandbox:/mnt/data/my report.xlsx) ![b](/mnt/data/b(1).png "Title (x)") [c](</mnt/data/c d.csv>) [e](/mnt/data/e%20f.csv)',
      [
        'sandbox:/mnt/data/my report.xlsx -> /mnt/data/my report.xlsx',
        '/mnt/data/b(1).png',
        '/mnt/data/c d.csv',
        '/mnt/data/e%20f.csv -> /mnt/data/e f.csv',
      ],
    ],
    [
      'with what apps put behind a link',
      '[a](sandbox:/mnt/data/a.csv?_id=1#x)',
      ['sandbox:/mnt/data/a.csv?_id=1#x -> /mnt/data/a.csv'],
    ],
    [
      'in several scripts',
      '已保存：/mnt/data/报告.xlsx。“/mnt/data/Über 1.csv”',
      ['/mnt/data/报告.xlsx', '/mnt/data/Über 1.csv'],
    ],
    ['normalised', '/mnt/data//a/./b/../c.csv', ['/mnt/data//a/./b/../c.csv -> /mnt/data/a/c.csv']],
    [
      'never another folder',
      '/mnt/data2/a /mnt/database /srv/mnt/data/a https://h/mnt/data/a s3://b/mnt/data/a ${HOME}/mnt/data/a',
      [],
    ],
    [
      'never out of it',
      '/mnt/data/../etc/passwd "/mnt/data/a/../../b" [x](/mnt/data/..%2f..%2fetc/passwd) sandbox:/mnt/data/%2e%2e/x',
      [],
    ],
    ['never a pattern', '/mnt/data/{name}.csv /mnt/data/*.csv f"/mnt/data/$x"', ['/mnt/data/$x']],
  ];
  for (const [name, text, expected] of cases) {
    it(`are found ${name}`, () => {
      assert.deepEqual(found(text), expected);
    });
  }

  it('are found whole when the file is known, also where nothing encloses a name with spaces', () => {
    const known = ['/mnt/data/my', '/mnt/data/my report.xlsx', '/mnt/data/a.csv', '/mnt/data/100%.csv'];
    assert.deepEqual(found('saved /mnt/data/my report.xlsx, bye', known), ['/mnt/data/my report.xlsx']);
    assert.deepEqual(found('sandbox:/mnt/data/my report.xlsx.', known), [
      'sandbox:/mnt/data/my report.xlsx -> /mnt/data/my report.xlsx',
    ]);
    assert.deepEqual(found('/mnt/data/a.csv.gz', known), ['/mnt/data/a.csv.gz']);
    assert.deepEqual(found('[x](/mnt/data/my%20report.xlsx) [y](/mnt/data/100%.csv)', known), [
      '/mnt/data/my%20report.xlsx -> /mnt/data/my report.xlsx',
      '/mnt/data/100%.csv',
    ]);
  });

  const name = fc.stringMatching(/^[a-zA-Z0-9äß数_-]{1,12}(?: [a-z0-9é_-]{1,8})?\.[a-z]{3}$/u);
  it('are found exactly where they stand, between any quotes', () => {
    const quotes = fc.constantFrom(
      ['"', '"'],
      ["'", "'"],
      ['`', '`'],
      ['“', '”'],
      ['[x](', ')'],
      ['[x](<', '>)'],
      ['([x](', '))'],
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 10 }).map((text) => text.replaceAll(/[^ a-z,.]/gu, '')),
        quotes,
        name,
        (before, [open = '', close = ''], file) => {
          const text = `${before} ${open}/mnt/data/${file}${close} ${before}`;
          const start = before.length + 1 + open.length;
          assert.deepEqual(findDataPaths(text), [{ start, end: start + 10 + file.length, path: `/mnt/data/${file}` }]);
        },
      ),
    );
  });

  it('never throw, never overlap, and never lead out of the workspace, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/mnt/data',
        '/mnt/data/',
        'sandbox:',
        '..',
        '/',
        '%2e',
        '%2f',
        '\\',
        '"',
        "'",
        '`',
        '](',
        ')',
        '<',
        '>',
        ' ',
        '\n',
        'a.csv',
        '*',
        ':1',
      ),
      anyText({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        let last = 0;
        for (const { start, end, path } of findDataPaths(text)) {
          assert.ok(start >= last && end > start && end <= text.length);
          assert.equal(normaliseDataPath(path), path);
          assert.ok(!path.split(/[/\\]/u).includes('..'));
          assert.match(text.slice(start), /^(?:sandbox:\/*)?\/?mnt\/data/iu);
          last = end;
        }
      }),
      { numRuns: 400 },
    );
  });

  it('take a time that grows with the text alone', () => {
    const text = "'/mnt/data/a ".repeat(20_000);
    assert.equal(findDataPaths(text).length, 20_000);
  });
});
