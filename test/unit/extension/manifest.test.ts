// What the manifest promises is in the code, and the other way round.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';

interface Manifest {
  contributes: {
    commands: { command: string; title: string }[];
    menus: Record<string, { command?: string; submenu?: string; when?: string }[]>;
    submenus: { id: string }[];
    keybindings: { command: string }[];
    views: Record<string, { id: string }[]>;
    viewsWelcome: { view: string; contents: string }[];
    configuration: { properties: Record<string, { scope: string }> }[];
  };
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
/** The manifest with its words, as VS Code reads it. */
const { contributes, capabilities, activationEvents } = JSON.parse(
  readFileSync('package.json', 'utf8'),
  (_name, value: unknown) => (typeof value === 'string' && /^%.+%$/.test(value) ? texts[value.slice(1, -1)] : value),
) as Manifest;
const source = globSync('src/extension/**/*.ts')
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
const nodes = readFileSync('src/extension/files/nodes.ts', 'utf8');
/** All conditions: of menus, keys, welcomes and walkthroughs. */
const whens: string[] = [];
JSON.stringify(contributes, (name, value: unknown) => {
  if ((name === 'when' || name === 'enablement') && typeof value === 'string') {
    whens.push(value);
  }
  return value;
});
const declared = contributes.commands.map(({ command }) => command).sort();
const settings = contributes.configuration.flatMap(({ properties }) => Object.keys(properties)).sort();

const scopes = new Map(
  contributes.configuration.flatMap(({ properties }) =>
    Object.entries(properties).map(([name, { scope }]) => [name, scope] as const),
  ),
);

/** `registerCommand(services, 'codeInterpreter.x'` and the tree's short form `on('x'`. */
const registered = [
  ...source.matchAll(/registerCommand\(\s*(?:services,\s*)?'(codeInterpreter\.\w+)'/g),
  ...[...source.matchAll(/\bon\('(\w+)'/g)].map((match) => ['', `codeInterpreter.${match[1] ?? ''}`]),
].map((match) => match[1] ?? '');

/** Read as `textSetting('x')` or `get<...>('x'`. */
const read = [...source.matchAll(/(?:textSetting\(|\.get<[^(]*>\()'([\w.]+)'/g)]
  .map((match) => `codeInterpreter.${match[1] ?? ''}`)
  .filter((name) => !name.includes('codeInterpreter.codeInterpreter'));

describe('the manifest', () => {
  it('declares exactly the commands that are registered', () => {
    assert.deepEqual([...new Set(registered)].sort(), declared);
  });

  it('declares exactly the settings that are read', () => {
    assert.deepEqual([...new Set(read)].sort(), settings);
  });

  it('uses in menus, keys and welcomes only commands and submenus that it declares', () => {
    const used = [
      ...Object.values(contributes.menus)
        .flat()
        .flatMap(({ command }) => (command === undefined ? [] : [command])),
      ...contributes.keybindings.map(({ command }) => command),
      ...contributes.viewsWelcome.flatMap(({ contents }) =>
        [...contents.matchAll(/command:(codeInterpreter\.\w+)/g)].map((match) => match[1] ?? ''),
      ),
    ];
    assert.deepEqual(
      used.filter((command) => !declared.includes(command)),
      [],
    );
    const submenus = Object.values(contributes.menus)
      .flat()
      .flatMap(({ submenu }) => (submenu === undefined ? [] : [submenu]));
    assert.deepEqual(
      submenus,
      contributes.submenus.map(({ id }) => id),
    );
  });

  it('declares exactly the views that are made, and menus of those only', () => {
    const made = [...source.matchAll(/createTreeView\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? '');
    const views = Object.values(contributes.views).flatMap((group) => group.map(({ id }) => id));
    assert.deepEqual(made, views);
    assert.deepEqual(
      whens.flatMap((when) => [...when.matchAll(/\b(?:view|focusedView) == ([\w.]+)/g)].map((match) => match[1] ?? '')),
      whens.flatMap((when) => (/\b(?:view|focusedView) ==/.test(when) ? views : [])),
    );
    const welcomed = contributes.viewsWelcome.map(({ view }) => view);
    assert.deepEqual(
      welcomed.filter((view) => !views.includes(view)),
      [],
    );
  });

  it('asks in its conditions only for what VS Code knows or the code sets, and the code sets nothing else', () => {
    const keys = new Set(
      whens
        .flatMap((when) => [
          ...when
            .replaceAll(/=~ \/[^/]*\//g, '')
            .replaceAll(/== [\w.-]+/g, '')
            .matchAll(/[A-Za-z][\w.]*/g),
        ])
        .map(([key]) => key),
    );
    const ours = [...source.matchAll(/'setContext',\s*'([\w.]+)'/g)].map((match) => match[1] ?? '');
    const known = [
      'editorLangId',
      'editorTextFocus',
      'explorerResourceIsFolder',
      'false',
      'focusedView',
      'in',
      'inputFocus',
      'isWorkspaceTrusted',
      'listFocus',
      'notebookType',
      'resource',
      'resourceScheme',
      'view',
      'viewItem',
    ];
    assert.deepEqual([...keys].filter((key) => !known.includes(key)).sort(), [...new Set(ours)].sort());
  });

  it('has menus for the kinds of items that the tree has', () => {
    const kinds = [...nodes.matchAll(/kind: '(\w+)'/g)].map((match) => match[1] ?? '');
    const asked = whens.flatMap((when) =>
      [...when.matchAll(/viewItem (?:== |=~ \/\^\()([\w|]+)/g)].flatMap((match) => (match[1] ?? '').split('|')),
    );
    assert.deepEqual(
      asked.filter((kind) => !kinds.includes(kind)),
      [],
    );
  });

  it('activates for exactly the file systems that are registered', () => {
    const schemes = [...source.matchAll(/registerFileSystemProvider\(\s*(\w+)/g)];
    assert.equal(schemes.length, 1);
    assert.deepEqual(
      activationEvents.filter((event) => event.startsWith('onFileSystem:')),
      [`onFileSystem:${/export const scheme = '([\w-]+)'/.exec(source)?.[1] ?? ''}`],
    );
  });

  it('lets a folder set only what does no harm: everything else is of the machine', () => {
    const { restrictedConfigurations } = capabilities.untrustedWorkspaces;
    const harmless = [
      'kernel.scope',
      'timeoutSeconds',
      'transfer.fileMegabytes',
      'transfer.files',
      'transfer.megabytes',
      'transfer.keepKernelFolder',
      'codeLens.enabled',
      'trackedTypes',
    ].map((name) => `codeInterpreter.${name}`);
    assert.deepEqual(
      harmless.filter((name) => !scopes.has(name)),
      [],
    );
    for (const [name, scope] of scopes) {
      if (!harmless.includes(name)) {
        assert.equal(scope, 'machine', name);
        assert.ok(restrictedConfigurations.includes(name), name);
      }
    }
    assert.deepEqual(
      restrictedConfigurations.filter((name) => !scopes.has(name)),
      [],
    );
  });
});
