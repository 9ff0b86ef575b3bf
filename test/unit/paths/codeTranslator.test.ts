// Code of other kernels works on the real folder: what the language itself reads back is the real path.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import vm from 'node:vm';
import fc from 'fast-check';
import { translateCode } from '../../../src/core/paths/codeTranslator.ts';
import { cases, patience } from './fuzz.ts';
import { oddPath, plainPath, shellCases } from './shellCases.ts';
import { skipBecause } from '../../support/skipping.ts';

const table: readonly (readonly [language: string, code: string, plain: string, odd?: string])[] = [
  [
    'r',
    'read.csv("/mnt/data/x.csv") # "/mnt/data"',
    'read.csv("/ws/m1/x.csv") # "/mnt/data"',
    'read.csv("/ws/a b\'c\\"d$e`f\\\\g/é/x.csv") # "/mnt/data"',
  ],
  ['r', "setwd('/mnt/data')", "setwd('/ws/m1')", "setwd('/ws/a b\\'c\"d$e`f\\\\g/é')"],
  [
    'r',
    'r"(/mnt/data/x)"; R"--[/mnt/data]--"',
    'r"(/ws/m1/x)"; R"--[/ws/m1]--"',
    `r"(${oddPath}/x)"; R"--[${oddPath}]--"`,
  ],
  ['r', 'cat("it\'s in /mnt/data.\\n")', 'cat("it\'s in /ws/m1.\\n")'],
  ['R', 'x$`/mnt/data` <- "/mnt/data"', 'x$`/mnt/data` <- "/ws/m1"'],
  ['julia', 'open("/mnt/data/$(f("/mnt/data"))/x")', 'open("/ws/m1/$(f("/ws/m1"))/x")'],
  ['julia', 'c = \'"\'; run(`ls /mnt/data`); a\' * "/mnt/data"', 'c = \'"\'; run(`ls /ws/m1`); a\' * "/ws/m1"'],
  ['julia', 'raw"/mnt/data"; r"/mnt/data"; #= "/mnt/data" =#', 'raw"/ws/m1"; r"/mnt/data"; #= "/mnt/data" =#'],
  ['julia', '"""\n/mnt/data/x\n"""', '"""\n/ws/m1/x\n"""'],
  ['javascript', "fs.readFileSync('/mnt/data/x') // '/mnt/data'", "fs.readFileSync('/ws/m1/x') // '/mnt/data'"],
  ['javascript', '`/mnt/data/${f(`/mnt/data`)}/${x}`', '`/ws/m1/${f(`/ws/m1`)}/${x}`'],
  ['typescript', 's.replace(/["\']/g, "/mnt/data")', 's.replace(/["\']/g, "/ws/m1")'],
  ['javascript', "const x = a / b; y = c / '/mnt/data'", "const x = a / b; y = c / '/ws/m1'"],
  [
    'scala',
    'val x = s"/mnt/data/${y("/mnt/data")}"; """/mnt/data"""',
    'val x = s"/ws/m1/${y("/ws/m1")}"; """/ws/m1"""',
  ],
  ['go', "os.Open(`/mnt/data/x`); c := '\"'", "os.Open(`/ws/m1/x`); c := '\"'"],
  [
    'sql',
    "COPY t TO '/mnt/data/x.csv' -- '/mnt/data'",
    "COPY t TO '/ws/m1/x.csv' -- '/mnt/data'",
    `COPY t TO '${oddPath.replaceAll("'", "''")}/x.csv' -- '/mnt/data'`,
  ],
  ['octave', "x = y'; load('/mnt/data/x')", "x = y'; load('/ws/m1/x')"],
  ['ruby', 'File.read("/mnt/data/#{f("/mnt/data")}")', 'File.read("/ws/m1/#{f("/ws/m1")}")'],
  ['brainscript', 'load("/mnt/data/x") /mnt/data', 'load("/ws/m1/x") /mnt/data'],
  [
    'r',
    '"https://host/mnt/data/x"; "/mnt/database"; "/srv/mnt/data"',
    '"https://host/mnt/data/x"; "/mnt/database"; "/srv/mnt/data"',
  ],
  ['r', '"unclosed /mnt/data', '"unclosed /mnt/data'],
];

describe('the code translator', () => {
  for (const [language, code, plain, odd] of table) {
    it(`${language}: ${JSON.stringify(code)}`, () => {
      assert.equal(translateCode(language, code, plainPath), plain);
      if (odd !== undefined) {
        assert.equal(translateCode(language, code, oddPath), odd);
      }
    });
  }

  for (const [code, translated] of shellCases) {
    it(`bash: ${JSON.stringify(code)}`, () => {
      assert.equal(translateCode('bash', code, plainPath), translated);
    });
  }

  it('quotes a path once more between backticks of a shell', () => {
    const place = '/ws/a$b';
    assert.equal(
      translateCode('bash', 'echo `cat /mnt/data/x` "`cat /mnt/data/x`"', place),
      'echo `cat /ws/a\\\\\\$b/x` "`cat /ws/a\\\\\\$b/x`"',
    );
  });

  it('doubles the percent sign in a format text', () => {
    assert.equal(translateCode('r', 'sprintf("/mnt/data/%s", x)', '/ws/100%/m1'), 'sprintf("/ws/100%%/m1/%s", x)');
    assert.equal(translateCode('r', 'paste0("/mnt/data/%s", x)', '/ws/100%/m1'), 'paste0("/ws/100%/m1/%s", x)');
  });

  it('encodes it in an address of a file, where the language decodes addresses', () => {
    const odd = `/ws/it's ü 100%`;
    const encoded = '/ws/it%27s%20%C3%BC%20100%25';
    for (const [language, code, expected] of [
      ['typescript', `new URL('file:///mnt/data/a b')`, `new URL('file://${encoded}/a b')`],
      ['javascript', 'import x from "/mnt/data/x.js"', `import x from "${encoded}/x.js"`],
      ['javascript', 'await import("/mnt/data/x.js")', `await import("${encoded}/x.js")`],
      ['bash', 'curl file:///mnt/data/x', `curl file://${encoded}/x`],
      ['r', 'file("file:///mnt/data/x")', `file("file://${odd}/x")`],
    ] as const) {
      assert.equal(translateCode(language, code, odd), expected);
    }
    assert.equal(translateCode('javascript', 'f("file:///mnt/data/x")', 'C:\\My Data'), 'f("file:///C:/My%20Data/x")');
  });

  it('writes a Windows path with slashes, which every language takes', () => {
    assert.equal(translateCode('r', 'setwd("/mnt/data/x")', 'C:\\Users\\me\\m1\\'), 'setwd("C:/Users/me/m1/x")');
  });

  it('leaves Python alone, and every language where the folder is real', () => {
    assert.equal(translateCode('python', 'open("/mnt/data/x")', plainPath), 'open("/mnt/data/x")');
    assert.equal(translateCode('r', 'setwd("/mnt/data")', '/mnt/data'), 'setwd("/mnt/data")');
  });
});

const realPaths = fc
  .array(
    fc.string({ unit: fc.constantFrom(...Array.from('ab \'"$`\\%!#&;|*?[](){}<>~é=,^-')), minLength: 1, maxLength: 8 }),
    { minLength: 1, maxLength: 3 },
  )
  .map((names) => `/${names.map((name) => `x${name}`).join('/')}`);

describe('what a language reads back', function () {
  this.timeout(patience);

  it('Bash: from words, quotes and substitutions', function () {
    const forms = [
      ...['/mnt/data/f', '"/mnt/data/f"', "'/mnt/data/f'", "$'/mnt/data/f'", '"$(printf %s "/mnt/data/f")"'],
      ...['"`printf %s /mnt/data/f`"', '"`printf %s \'/mnt/data/f\'`"'],
      '"$(printf %s "`printf %s /mnt/data/f`")"',
    ];
    const paths = fc.sample(realPaths, cases<unknown>(300).numRuns ?? 300);
    const script = paths
      .flatMap((path) => forms.map((form) => translateCode('bash', `printf '%s\\0' ${form}`, path)))
      .join('\n');
    const bash = spawnSync('bash', [], { input: script, maxBuffer: 1 << 28 });
    if (bash.error) {
      skipBecause(this, 'there is no bash');
    }
    assert.equal(bash.stderr.toString(), '');
    assert.deepEqual(
      bash.stdout.toString().split('\0').slice(0, -1),
      paths.flatMap((path) => forms.map(() => `${path}/f`)),
    );
  });

  it('JavaScript: from each kind of literal', () => {
    fc.assert(
      fc.property(
        realPaths,
        fc.constantFrom('"/mnt/data/f"', "'/mnt/data/f'", '`/mnt/data/f`', '`${"/mnt/data"}/f`'),
        (path, code) => {
          assert.equal(vm.runInNewContext(translateCode('javascript', code, path)), `${path}/f`);
        },
      ),
      cases(500),
    );
  });

  it('nothing else changes, and no line is added', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('r', 'julia', 'bash', 'javascript', 'scala', 'sql', 'ruby', 'other'),
        fc.array(
          fc.oneof(
            fc.constantFrom(
              '"',
              "'",
              '`',
              '#',
              '//',
              '/*',
              '*/',
              '$(',
              '${',
              ')',
              '}',
              '(',
              '\\',
              '<<EOF',
              '\nEOF\n',
              '\n',
              ' ',
              'r"(',
              '/mnt/data2',
              '/srv/mnt/data',
              '/mnt/dat',
            ),
            fc.string({ maxLength: 6 }),
          ),
          { maxLength: 20 },
        ),
        (language, pieces) => {
          const code = pieces.join('');
          fc.pre(!/\/+mnt\/+(?:\.\/+)*data(?![\w])/.test(code.replaceAll('/srv/mnt/data', '')));
          assert.equal(translateCode(language, code, oddPath), code);
        },
      ),
      cases(3000),
    );
  });
});
