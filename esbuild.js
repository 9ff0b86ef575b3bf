// Bundles into dist/: a small extension that activates, the engine and the reader of Markdown that it loads at first use,
// and the command line.
// Options: --watch, --production (minified; fails where what activates is too large), --quiet.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const options = new Set(process.argv.slice(2));
const production = options.has('--production');

/** Files that are read at run time beside the code (see src/core/resources.ts): the same names under dist/ as under src/core/. */
const isResource = (name) => /\.(py|sh)$/.test(name) || name.endsWith('wrapper/mounted-kernel');

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );

const copyResources = async () => {
  const core = join(root, 'src', 'core');
  for (const file of filesIn(core).filter((path) => isResource(path.replaceAll('\\', '/')))) {
    const target = join(root, 'dist', relative(core, file));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(file, target);
  }
};

const resources = {
  name: 'resources',
  setup: (build) => {
    build.onEnd(copyResources);
  },
};

/** What the activator imports at first use are the other bundles, not parts of this one. */
const othersApart = {
  name: 'others-apart',
  setup: (build) => {
    build.onResolve({ filter: /\/(engine|reader)\.ts$/ }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.cjs').replace(/^.*\//, './'),
      external: true,
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.13',
  minify: production,
  keepNames: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

const commonjs = {
  ...common,
  format: 'cjs',
  external: ['vscode'],
  // The sources are ES modules: their own address is this file's.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  supported: { 'dynamic-import': false },
};

const bundles = [
  { ...commonjs, entryPoints: ['src/extension/extension.ts'], outfile: 'dist/extension.cjs', plugins: [othersApart] },
  { ...commonjs, entryPoints: ['src/extension/reader.ts'], outfile: 'dist/reader.cjs' },
  { ...commonjs, entryPoints: ['src/extension/engine.ts'], outfile: 'dist/engine.cjs', plugins: [resources] },
  {
    ...common,
    format: 'esm',
    // Two files: the first one runs on any Node that knows modules, so that an old one can be told what is needed.
    splitting: true,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    chunkNames: 'cli-[name]',
    banner: {
      js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
    },
    plugins: [resources],
  },
];

const printSizes = (results) => {
  for (const { metafile } of results) {
    for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
      if (!path.endsWith('.map')) {
        console.log(`${path.padEnd(28)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`);
      }
    }
  }
};

/** VS Code reads this bundle at every activation, so what is shipped stays small. */
const mostActivationBytes = 150 * 1024;

const checkActivationSize = ([{ metafile }]) => {
  const { bytes } = metafile.outputs['dist/extension.cjs'];
  if (production && bytes > mostActivationBytes) {
    console.error(
      `dist/extension.cjs has ${bytes} bytes; ${mostActivationBytes} are allowed. Move code to the engine.`,
    );
    process.exitCode = 1;
  }
};

if (options.has('--watch')) {
  for (const bundle of bundles) {
    const context = await esbuild.context({ ...bundle, logLevel: 'info' });
    await context.watch();
  }
} else {
  if (production) {
    await rm(join(root, 'dist'), { recursive: true, force: true });
  }
  try {
    const results = await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
    if (!options.has('--quiet')) {
      printSizes(results);
    }
    checkActivationSize(results);
  } catch {
    // esbuild has said what is wrong.
    process.exitCode = 1;
  }
}
