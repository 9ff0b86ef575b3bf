// npm run test:desktop: those host tests that need no page, in a desktop VS Code that @vscode/test-electron downloads.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../lib/build.ts';
import { ensureDependencies } from '../lib/dependencies.ts';
import { cache, repository } from '../lib/places.mjs';
import { say } from '../lib/progress.mjs';

const { values } = parseArgs({ options: { version: { type: 'string', default: 'stable' } } });

await ensureDependencies();
await build();
const { bundleHostTests } = await import('../host/bundle.ts');
const { closingLine, none } = await import('../test/counts.ts');
const { runTests } = await import('@vscode/test-electron');
const folder = await mkdtemp(join(tmpdir(), 'code-interpreter-desktop-'));
const countsFile = join(folder, 'counts.json');
try {
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  await runTests({
    version: values.version,
    cachePath: join(cache, 'desktop'),
    extensionDevelopmentPath: repository,
    extensionTestsPath: await bundleHostTests('desktop', ['everywhere']),
    launchArgs: [workspace, '--disable-workspace-trust', '--user-data-dir', join(folder, 'user')],
    extensionTestsEnv: {
      CODE_INTERPRETER_CACHE_DIR: cache,
      CODE_INTERPRETER_DATA_DIR: join(folder, 'data'),
      CODE_INTERPRETER_TEST_COUNTS: countsFile,
    },
  }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
  const counts = await readFile(countsFile, 'utf8').then(
    (text) => JSON.parse(text) as typeof none,
    () => ({ ...none, failed: 1 }),
  );
  say(`\n${closingLine(counts)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
