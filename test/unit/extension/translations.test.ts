// Every word that users see is there in each language that is shipped.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

type Texts = Readonly<Record<string, string>>;

const languages = ['de'];
const read = (path: string): Texts => JSON.parse(readFileSync(path, 'utf8')) as Texts;
const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
/** Links to commands and what stands in backquotes are no words: they are the same in each language. */
const fixedIn = (text: string): string[] => (text.match(/\(command:[^)]*\)|`[^`]*`|\$\([^)]*\)/g) ?? []).sort();

interface Call {
  readonly text: string;
  /** The names or numbers of the values that it is given; `undefined` where the code does not name them on the spot. */
  readonly given: readonly string[] | undefined;
}

const calleeOf = ({ expression }: ts.CallExpression): string => expression.getText();

/** The values of `t(text, a, b)` are `0` and `1`, those of `t(text, { a, b })` `a` and `b`. */
const valuesGiven = (values: readonly ts.Expression[]): readonly string[] | undefined => {
  const [first] = values;
  if (first && ts.isObjectLiteralExpression(first)) {
    return first.properties.map(({ name }) => name?.getText() ?? '').sort();
  }
  return values.map((_, index) => String(index));
};

/** All texts that are asked for by `vscode.l10n.t`, and in src/wording by `t`. */
const callsIn = (path: string): Call[] => {
  const inWording = path.includes('wording');
  const calls: Call[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && calleeOf(node) === (inWording ? 't' : 'vscode.l10n.t')) {
      const [text, ...values] = node.arguments;
      if (text && ts.isStringLiteralLike(text)) {
        // The details of an error reach its sentence by their names.
        const given = path.endsWith('errors.ts') && values.length === 0 ? undefined : valuesGiven(values);
        calls.push({ text: text.text, given });
      } else {
        assert.ok(text && ts.isIdentifier(text) && text.text === 'text', `${path}: a text must be a literal`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return calls;
};

const calls = globSync('src/{extension,wording}/**/*.ts').sort().flatMap(callsIn);
const used = [...new Set(calls.map(({ text }) => text))].sort();
const english = read('package.nls.json');
const manifestText = readFileSync('package.json', 'utf8');

const sameForm = (original: string, translated: string | undefined): void => {
  assert.ok(translated !== undefined && translated !== '', `"${original}" has no translation`);
  assert.deepEqual(placesIn(translated), placesIn(original), translated);
  assert.deepEqual(fixedIn(translated), fixedIn(original), translated);
};

describe('the words in other languages', () => {
  for (const language of languages) {
    it(`has each text of the code in ${language}, with the same places, and none that is not used (l10n/bundle.l10n.${language}.json)`, () => {
      const bundle = read(`l10n/bundle.l10n.${language}.json`);
      assert.deepEqual(
        used.filter((text) => !(text in bundle)),
        [],
        'add these',
      );
      assert.deepEqual(
        Object.keys(bundle).filter((text) => !used.includes(text)),
        [],
        'remove these',
      );
      for (const text of used) {
        sameForm(text, bundle[text]);
      }
    });

    it(`has each text of the manifest in ${language}, with the same links and code (package.nls.${language}.json)`, () => {
      const translated = read(`package.nls.${language}.json`);
      assert.deepEqual(Object.keys(translated), Object.keys(english));
      for (const [key, text] of Object.entries(english)) {
        sameForm(text, translated[key]);
      }
    });
  }

  it('gives each text the values that it names', () => {
    for (const { text, given } of calls) {
      if (given !== undefined) {
        assert.deepEqual(given, [...new Set(placesIn(text))], text);
      }
    }
  });
});

describe('the texts of the manifest', () => {
  it('are all in package.nls.json, and all used', () => {
    const keys = [...manifestText.matchAll(/%([\w.-]+)%/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(keys)].sort(), Object.keys(english).sort());
  });

  it('are never written into package.json itself', () => {
    const bare: string[] = [];
    const names = new Set(['title', 'label', 'name', 'contents', 'description', 'markdownDescription', 'altText']);
    const visit = (value: unknown, path: string): void => {
      if (typeof value === 'string') {
        const [name = ''] = path.split('.').slice(-1);
        const isText = names.has(name) || /(?:[dD]escriptions|Labels)\.\d+$/.test(path);
        if (isText && !/^%[\w.-]+%$/.test(value) && value !== 'Code Interpreter') {
          bare.push(`${path}: ${value}`);
        }
      } else if (typeof value === 'object' && value !== null) {
        for (const [name, inner] of Object.entries(value)) {
          visit(inner, `${path}.${name}`);
        }
      }
    };
    const { contributes, capabilities } = JSON.parse(manifestText) as Record<string, unknown>;
    visit({ contributes, capabilities }, '');
    assert.deepEqual(bare, []);
  });
});
