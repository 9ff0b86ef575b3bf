// Opens VS Code for a person with the extension of this repository: the desktop's where there is one, else in the browser.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, dataFolder, repository } from './places.mjs';
import { pathToFileURL } from 'node:url';
import type { Processes } from './processes.ts';
import { say } from './progress.mjs';
import { startVscodeServer } from './vscodeServer.ts';

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
}

/** Absolute paths. */
interface Opened {
  readonly folder: string;
  readonly file: string;
}

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  CODE_INTERPRETER_CACHE_DIR: cache,
  CODE_INTERPRETER_DATA_DIR: dataFolder,
};

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);

const hasDesktop = (): boolean =>
  hasDisplay() &&
  spawnSync('code', ['--version'], { shell: process.platform === 'win32', timeout: 20_000, stdio: 'ignore' }).status ===
    0;

/** A window of its own with its own settings, so that the person's stay as they are. Returns when the window is closed. */
const openDesktop = async (processes: Processes, { folder, file }: Opened): Promise<void> => {
  say('\nOpening VS Code. Close its window, or press Ctrl+C here, to end.');
  const window = processes.start(
    'code',
    [
      ...['--new-window', '--wait', '--user-data-dir', join(cache, 'vscode-desktop')],
      `--extensionDevelopmentPath=${repository}`,
      folder,
      file,
    ],
    { environment },
  );
  await window.ended;
};

/** The server's extensions: this repository as it is, by a link. */
const linkExtension = async (extensions: string): Promise<void> => {
  const { publisher, name, version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as Manifest;
  // Its list of what is installed is made anew from the folder.
  await rm(extensions, { recursive: true, force: true });
  await mkdir(extensions, { recursive: true });
  await symlink(repository, join(extensions, `${publisher}.${name}-${version}`), 'junction');
};

const openBrowserEdition = async (processes: Processes, { folder, file }: Opened): Promise<void> => {
  const extensions = join(cache, 'vscode-extensions');
  await linkExtension(extensions);
  const server = await startVscodeServer(processes, {
    serverData: join(cache, 'vscode-server'),
    mode: 'person',
    environment,
    extraArguments: ['--extensions-dir', extensions],
  });
  const address = new URL(server.address);
  address.searchParams.set('folder', folder);
  const open = `vscode-remote://${address.host}${pathToFileURL(file).pathname}`;
  address.searchParams.set(
    'payload',
    JSON.stringify([
      ['skipWelcome', 'true'],
      ['openFile', open],
    ]),
  );
  say(
    `\nVS Code is ready. Open this address in a browser on this machine:\n\n  ${address.href}\n\nPress Ctrl+C here to end.`,
  );
  await server.ended;
};

/** Opens VS Code on the folder and returns when it has ended. Workspace trust stays as VS Code has it. */
export const openVscode = (processes: Processes, opened: Opened): Promise<void> =>
  hasDesktop() ? openDesktop(processes, opened) : openBrowserEdition(processes, opened);
