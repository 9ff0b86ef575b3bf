// Bundles the host tests for the extension host: one CommonJS file for each test file, and the one that VS Code loads.
import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import esbuild from 'esbuild';
import { repository } from '../lib/places.mjs';

/** The test files of folders in test/host, relative to the repository. */
export const hostTestFiles = (folders: readonly string[]): readonly string[] =>
  folders.flatMap((folder) => globSync(`test/host/${folder}/**/*.test.ts`, { cwd: repository }).sort());

/** Bundles the tests of the folders into `out/host/<name>`; returns the path that VS Code is given as `extensionTestsPath`. */
export const bundleHostTests = async (name: string, folders: readonly string[]): Promise<string> => {
  const outdir = join(repository, 'out', 'host', name);
  await rm(outdir, { recursive: true, force: true });
  const entry = (path: string): { in: string; out: string } => ({
    in: path,
    out: relative(join('test', 'host'), path).replace(/\.ts$/, ''),
  });
  await esbuild.build({
    absWorkingDir: repository,
    entryPoints: [{ in: 'test/host/support/entry.ts', out: 'entry' }, ...hostTestFiles(folders).map(entry)],
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.15',
    sourcemap: 'inline',
    logLevel: 'warning',
    external: ['vscode', 'mocha'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return join(outdir, 'entry.cjs');
};
