// The sources are run as they are, by the type stripping of Node 24. On an older Node the scripts fetch one from npm
// into the cache folder and run themselves under it. Nothing here may need more than Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce, npmInstall } from './install.mjs';
import { cache } from './places.mjs';
import { step } from './progress.mjs';

// The newest 24 that npm has as a package for each platform.
/** @type {Readonly<Record<string, string>>} */
const versions = {
  'linux-x64': '24.21.0',
  'linux-arm64': '24.21.0',
  'darwin-x64': '24.18.1',
  'darwin-arm64': '24.0.0',
  'win-x64': '24.21.0',
};

const isNewEnough = () => Number(process.versions.node.split('.')[0]) >= 24;

/** The path of a Node 24: the running one, else the cached one, which is installed first where it is missing. */
export const node24 = async () => {
  if (isNewEnough()) {
    return process.execPath;
  }
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const version = versions[platform];
  if (version === undefined) {
    throw new Error(
      `Please install Node.js 24: npm has no package of it for ${platform}, and this is Node.js ${process.versions.node}.`,
    );
  }
  const folder = join(cache, 'node24', `${version}-${platform}`);
  const name = `node-${platform}`;
  if (!existsSync(folder)) {
    const why = `the sources need Node.js 24 and this machine has ${process.versions.node}; about 50 MB to download, kept in .cache`;
    await step(`Installing Node.js ${version}`, why, () =>
      installOnce(folder, (staging) => npmInstall(staging, [`${name}@${version}`])),
    );
  }
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
};

/**
 * Calls `main` under Node 24 or newer: here, else in a child that runs the script `url` again with the same arguments
 * and whose exit status becomes this one's.
 * @param {string} url `import.meta.url` of the script
 * @param {() => Promise<unknown>} main
 */
export const underNode24 = async (url, main) => {
  if (isNewEnough()) {
    await main().catch((/** @type {unknown} */ error) => {
      // The sentence is for a person; the stack is in the way unless it is asked for.
      const words = error instanceof Error ? (process.env['DEBUG'] ? error.stack : error.message) : String(error);
      process.stderr.write(`\n${words}\n`);
      process.exitCode = 1;
    });
    return;
  }
  const executable = await node24();
  const child = spawn(executable, [fileURLToPath(url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // This process only waits: the child ends what it started and then itself.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
};
