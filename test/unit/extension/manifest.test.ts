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
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
/** The manifest with its words, as VS Code reads it. */
const { contributes, capabilities } = JSON.parse(readFileSync('package.json', 'utf8'), (_name, value: unknown) =>
  typeof value === 'string' && /^%.+%$/.test(value) ? texts[value.slice(1, -1)] : value,
) as Manifest;
const source = globSync('src/extension/**/*.ts')
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
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

  it('lets a folder set nothing that leads to another machine, program or folder', () => {
    const { restrictedConfigurations } = capabilities.untrustedWorkspaces;
    for (const name of [
      'gateway.url',
      'gateway.certificateAuthority',
      'dataDir',
      'kernelDataDir',
      'embedded.python',
      'kernelPython',
      'kernel.name',
      'initCode',
      'grounding',
      'reach',
    ]) {
      assert.ok(restrictedConfigurations.includes(`codeInterpreter.${name}`), name);
      assert.equal(scopes.get(`codeInterpreter.${name}`), 'machine', name);
    }
  });
});
