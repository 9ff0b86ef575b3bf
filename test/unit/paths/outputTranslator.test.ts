// What a kernel prints says /mnt/data, whatever the spelling of the real path and however the stream is cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createOutputTranslator, translateText } from '../../../src/core/paths/outputTranslator.ts';
import { identityMapping } from '../../../src/core/paths/pathMapping.ts';
import { cases, patience } from './fuzz.ts';

const plain = '/home/user/.local/share/code-interpreter/uploads/m1';
const odd = `/srv/ü b'c "$x" 100%/<uploads>&co/m1`;
const windows = 'C:\\Users\\me\\App Data\\uploads\\m1';

const translated = (realPath: string, text: string): string => translateText({ realPaths: [realPath] }, text);

const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
const insideJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const asciiJson = (text: string): string =>
  insideJson(text).replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const bytesRepr = (text: string): string =>
  `b'${[...Buffer.from(text)].map((byte) => (byte === 0x27 ? "\\'" : byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('')}'`;

const spellings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'JSON-escaped': insideJson,
  'JSON-escaped to ASCII': asciiJson,
  'URL path': encodeURI,
  'HTML-escaped': html,
  "Python's repr in single quotes": (text) => text.replaceAll("'", "\\'"),
  'shell-escaped': (text) => text.replace(/[ '"$%<>&]/g, '\\$&'),
  'decomposed letters': (text) => text.normalize('NFD'),
};

describe('the output translator', () => {
  for (const [name, spell] of Object.entries(spellings)) {
    it(`finds the real path ${name}`, () => {
      for (const realPath of [plain, odd]) {
        assert.equal(translated(realPath, `see ${spell(realPath)}/a.csv.`), 'see /mnt/data/a.csv.');
        assert.equal(translated(realPath, `"${spell(realPath)}"`), '"/mnt/data"');
      }
    });
  }

  it('writes the virtual path the way the real one was written', () => {
    assert.equal(translated(odd, encodeURIComponent(`${odd}/x y`)), '%2Fmnt%2Fdata%2Fx%20y');
    assert.equal(translated(plain, plain.replaceAll('/', '\\/')), '\\/mnt\\/data');
    assert.equal(translated(odd, bytesRepr(`${odd}/x`)), "b'/mnt/data/x'");
    assert.equal(translated(plain, `file://${plain}/x`), 'file:///mnt/data/x');
  });

  it('leaves other paths that look like it', () => {
    for (const text of [
      `${plain}0/x`,
      `${plain}-old`,
      `${plain}.bak/x`,
      `${plain}é`,
      `${plain}%20copy`.replace('%20', '%31'),
      `/srv${plain}/x`,
      `https://host${plain}/x`,
      `..${plain}`,
      plain.slice(0, -1),
    ]) {
      assert.equal(translated(plain, text), text);
    }
  });

  it('knows where a path ends and begins in running text', () => {
    for (const [text, expected] of [
      [`in ${plain}.`, 'in /mnt/data.'],
      [`(${plain})`, '(/mnt/data)'],
      [`${plain}:3: error`, '/mnt/data:3: error'],
      [`PATH=/usr/bin:${plain}:/bin`, 'PATH=/usr/bin:/mnt/data:/bin'],
      [`<td>${plain}/x</td>`, '<td>/mnt/data/x</td>'],
      [`gcc -I${plain}/include`, 'gcc -I/mnt/data/include'],
      [`"one\\n${plain}/x"`, '"one\\n/mnt/data/x"'],
      [`${plain}${plain}`, `/mnt/data${plain}`],
      [`${plain}, ${plain}/`, '/mnt/data, /mnt/data/'],
      ['', ''],
    ] as const) {
      assert.equal(translated(plain, text), expected);
    }
  });

  it('sees through ANSI sequences, and keeps them', () => {
    const red = '\u001b[31m';
    const none = '\u001b[0m';
    assert.equal(translated(plain, `${red}${plain}${none}/x`), `${red}/mnt/data${none}/x`);
    const cut = `${plain.slice(0, 20)}${red}${plain.slice(20, 25)}${none}${plain.slice(25)}`;
    assert.equal(translated(plain, `${cut}/x ${plain}0`), `/mnt/data${red}${none}/x ${plain}0`);
    assert.equal(translated(plain, `${plain}${red}0${none}`), `${plain}${red}0${none}`);
  });

  it('turns the paths of a Windows kernel into virtual ones, with their separators', () => {
    for (const [text, expected] of [
      [`${windows}\\sub\\a.csv ok`, '/mnt/data/sub/a.csv ok'],
      [`'${windows.replaceAll('\\', '\\\\')}\\\\sub\\\\a.csv'`, "'/mnt/data/sub/a.csv'"],
      [`${windows.replaceAll('\\', '/').toLowerCase()}/a`, '/mnt/data/a'],
      [`${windows}0\\a`, `${windows}0\\a`],
      [`File "${windows}"`, 'File "/mnt/data"'],
      ['file:///C:/Users/me/App%20Data/uploads/m1/a', 'file:///mnt/data/a'],
    ] as const) {
      assert.equal(translated(windows, text), expected);
    }
  });

  it('translates each of several spellings of one folder, the longest first', () => {
    const mapping = { realPaths: ['/tmp/ws/m1', '/private/tmp/ws/m1'] };
    assert.equal(translateText(mapping, '/private/tmp/ws/m1/a /tmp/ws/m1/b'), '/mnt/data/a /mnt/data/b');
  });

  it('does nothing for a mounted workspace', () => {
    assert.equal(translateText(identityMapping, plain), plain);
    assert.equal(translateText({ realPaths: ['/mnt/data', '/', ''] }, '/mnt/data / x'), '/mnt/data / x');
  });

  it('gives out at once what can be no path, and holds back what may become one', () => {
    const translator = createOutputTranslator({ realPaths: [plain] });
    assert.equal(translator.push('no path here\n'), 'no path here\n');
    assert.equal(translator.push(`look: ${plain.slice(0, 12)}`), 'look: ');
    assert.equal(translator.push(plain.slice(12)), '');
    assert.equal(translator.push('/x'), '/mnt/data/x');
    assert.equal(translator.push(plain.slice(0, 9)), '');
    assert.equal(translator.flush(), plain.slice(0, 9));
  });
});

const words = fc.string({ unit: fc.constantFrom(...Array.from('bcdwxyz01')), maxLength: 9 });

const paths = fc.oneof(
  fc.constantFrom(plain, odd, windows, '/w', '/a/b', '/tmp/ci ws/é/m1', '/x/\'"/y', '/d/data/mnt/data'),
  fc
    .array(fc.string({ unit: fc.constantFrom(...Array.from('ab1 -_.é\'"$%&+'), '日'), minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((names) => `/${names.map((name) => name.replace(/^\.+$/, 'x')).join('/')}`),
);

/** Text made of what is near to a path: wholes, halves, other spellings, colours, neighbours. */
const nearly = (path: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          path,
          ...Object.values(spellings).map((spell) => spell(path)),
          `${path}0`,
          `/x${path}`,
          `file://${path}`,
        ),
        fc.constantFrom(
          encodeURIComponent(path),
          path.replaceAll('/', '\\/'),
          path.replaceAll('\\', '\\\\'),
          '/mnt/data',
        ),
        fc.tuple(fc.nat(path.length), fc.nat(path.length)).map(([a, b]) => path.slice(Math.min(a, b), Math.max(a, b))),
        fc.constantFrom(
          ' ',
          '\n',
          '/',
          '\\',
          '%',
          '%2',
          '&',
          ';',
          ':',
          '.',
          '"',
          "'",
          '\u001b',
          '\u001b[31m',
          '\u001b[',
          '-I',
          '\\n',
          'é',
          '日',
          '0',
        ),
        fc.string({ maxLength: 5 }),
      ),
      { maxLength: 12 },
    )
    .map((pieces) => pieces.join(''));

const cut = (text: string, places: readonly number[]): string[] => {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((place, index) => text.slice(place, sorted[index] ?? text.length));
};

describe('the output translator, for any text', function () {
  this.timeout(patience);

  it('gives the same text however the stream is cut', () => {
    const given = paths.chain((path) =>
      fc.record({ path: fc.constant(path), text: nearly(path), places: fc.array(fc.nat(500), { maxLength: 8 }) }),
    );
    fc.assert(
      fc.property(given, ({ path, text, places }) => {
        const translator = createOutputTranslator({ realPaths: [path] });
        const pieces = cut(text, places).map((piece) => translator.push(piece));
        assert.equal(pieces.join('') + translator.flush(), translated(path, text));
      }),
      cases(6000),
    );
  });

  it('gives the same text one character at a time', () => {
    const given = paths.chain((path) => fc.record({ path: fc.constant(path), text: nearly(path) }));
    fc.assert(
      fc.property(given, ({ path, text }) => {
        const translator = createOutputTranslator({ realPaths: [path] });
        const pieces = Array.from({ length: text.length }, (_, index) => translator.push(text.charAt(index)));
        assert.equal(pieces.join('') + translator.flush(), translated(path, text));
      }),
      cases(2000),
    );
  });

  it('changes nothing in text without the path', () => {
    const given = paths.chain((path) =>
      fc.record({ path: fc.constant(path), text: fc.string({ unit: 'binary', maxLength: 300 }) }),
    );
    fc.assert(
      fc.property(given, ({ path, text }) => {
        // Without one of its letters no spelling of the path can be there.
        const letter = /[A-Za-z0-9]/.exec(path.slice(1))?.[0];
        const without = letter ? text.replace(new RegExp(letter, 'gi'), '') : text.replace(/[/\\%&]/g, '');
        assert.equal(translated(path, without), without);
      }),
      cases(3000),
    );
  });

  it('is done after one time', () => {
    const given = paths
      .filter((path) => !path.startsWith('/mnt/data'))
      .chain((path) => fc.record({ path: fc.constant(path), text: nearly(path) }));
    fc.assert(
      fc.property(given, ({ path, text }) => {
        const once = translated(path, text);
        assert.equal(translated(path, once), once);
      }),
      cases(4000),
    );
  });

  it('replaces each path between blanks and nothing else', () => {
    const given = paths.chain((path) =>
      fc.record({
        path: fc.constant(path),
        pieces: fc.array(fc.oneof(fc.constant(path), fc.constant(`${path}/a.csv`), words), { maxLength: 9 }),
      }),
    );
    fc.assert(
      fc.property(given, ({ path, pieces }) => {
        const expected = pieces.map((piece) =>
          piece.startsWith(path) ? `/mnt/data${piece.slice(path.length)}` : piece,
        );
        assert.equal(translated(path, pieces.join('\n')), expected.join('\n'));
      }),
      cases(2000),
    );
  });

  it('never holds back more than a path can be long', () => {
    const given = paths.chain((path) =>
      fc.record({ path: fc.constant(path), pieces: fc.array(nearly(path), { maxLength: 6 }) }),
    );
    fc.assert(
      fc.property(given, ({ path, pieces }) => {
        const translator = createOutputTranslator({ realPaths: [path] });
        for (const piece of pieces) {
          translator.push(piece);
        }
        // Twelve characters are the longest spelling of one; the rest are colours and what decides the end of a name.
        assert.ok(translator.flush().length <= 2 * (12 * path.length + 700));
      }),
      cases(1000),
    );
  });
});
