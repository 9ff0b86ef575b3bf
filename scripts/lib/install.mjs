// Installs into the cache folder: staged beside the target and renamed, so an interrupted one is simply done again.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const staleAfter = 60 * 60 * 1000;
const stagingPrefix = '.staging-';

/** What an install that was killed has left. @param {string} folder */
const removeStale = async (folder) => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (name.startsWith(stagingPrefix) && Date.now() - mtimeMs > staleAfter) {
      await rm(path, { recursive: true, force: true });
    }
  }
};

/**
 * Fills `target` by `fill(staging)` unless it is there already. Two scripts that install the same thing at the same
 * time both end with a whole one.
 * @param {string} target
 * @param {(staging: string) => Promise<void>} fill
 */
export const installOnce = async (target, fill) => {
  if (existsSync(target)) {
    return;
  }
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await removeStale(folder);
  const staging = join(folder, `${stagingPrefix}${basename(target)}-${process.pid}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging);
  try {
    await fill(staging);
    await rename(staging, target).catch((/** @type {unknown} */ error) => {
      if (!existsSync(target)) {
        throw error;
      }
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
};

/**
 * How to call npm: the one that runs this script where there is one (Windows can't spawn `npm.cmd` without a shell).
 * @param {readonly string[]} args
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
export const npmCommand = (args) => {
  const running = process.env['npm_execpath'];
  if (running?.endsWith('npm-cli.js') && existsSync(running)) {
    return { command: process.env['npm_node_execpath'] ?? process.execPath, args: [running, ...args], shell: false };
  }
  return { command: 'npm', args: [...args], shell: process.platform === 'win32' };
};

/**
 * Runs npm to its end, quietly: its words are shown only when it fails.
 * @param {readonly string[]} args
 * @param {string} folder the working directory
 * @param {number} minutes bound
 * @returns {Promise<void>}
 */
export const npm = (args, folder, minutes = 10) =>
  new Promise((resolve, reject) => {
    const call = npmCommand(args);
    const child = spawn(call.command, call.args, {
      cwd: folder,
      shell: call.shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: minutes * 60_000,
    });
    let words = '';
    child.stdout.on('data', (chunk) => (words += String(chunk)));
    child.stderr.on('data', (chunk) => (words += String(chunk)));
    child.on('error', (error) => {
      reject(new Error(`npm could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve();
      } else {
        reject(new Error(`npm ${args.join(' ')} ended with ${code ?? signal}:\n${words.trim()}`));
      }
    });
  });

/**
 * Installs packages with exact versions into an empty folder of their own; no script of theirs is run.
 * @param {string} folder
 * @param {readonly string[]} packages `name@version`
 */
export const npmInstall = async (folder, packages) => {
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--no-package-lock', '--ignore-scripts'];
  await npm(['install', '--prefix', folder, ...quiet, ...packages], folder);
};
