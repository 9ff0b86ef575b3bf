// The layers of docs/architecture.md, held by the linter; style is prettier's.
import tseslint from 'typescript-eslint';

const noVscode = {
  name: 'vscode',
  message: 'Only src/extension may import vscode: everything else also runs on the command line.',
};
const layer = (files, groups, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { paths: [noVscode], patterns: [{ group: groups, message }] }] },
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.cache/', 'node_modules/', 'samples/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An empty variable of the environment or an empty option counts as not given.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      'max-lines': ['error', { max: 500 }],
      curly: ['error', 'all'],
      eqeqeq: 'error',
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-console': 'error' } },
  layer(['src/core/**/*.ts'], ['**/cli/**', '**/extension/**', '**/wording/**'], 'core uses no surface.'),
  layer(
    ['src/core/{paths,workspace,gateway,kernel,registry,chat}/**/*.ts'],
    ['**/run/**', '**/interpreter.ts', '**/cli/**', '**/extension/**', '**/wording/**'],
    'run uses the rest of core, and nothing in core uses run.',
  ),
  layer(['src/wording/**/*.ts'], ['**/cli/**', '**/extension/**'], 'wording knows core only.'),
  layer(['src/cli/**/*.ts'], ['**/extension/**'], 'the command line knows core and wording only.'),
  {
    files: ['src/extension/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/cli/**'], message: 'surfaces do not use each other.' }] },
      ],
    },
  },
  {
    files: ['src/extension/**/*.ts'],
    ignores: ['src/extension/{engine,reader,words}.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/core/**', '**/wording/**'],
              allowTypeImports: true,
              message:
                'The engine is a bundle of its own, loaded at first use: import types, and take values from services.engine().',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
