// Real VS Code from npm: the server and workbench that the code-server package carries. Its wrapper is not used, since it ignores test payloads.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, listening } from './ports.ts';
import { installOnce, npm } from './install.mjs';
import { node24 } from './node24.mjs';
import { cache } from './places.mjs';
import type { Processes } from './processes.ts';
import { step } from './progress.mjs';
import { existsSync } from 'node:fs';

const version = '4.139.1';
const startSeconds = 60;
const run = promisify(execFile);

const folder = join(cache, 'tools', `vscode-${version}`);

/** Sets up VS Code in the cache folder and returns its folder; about 20 s the first time. */
export const installVscode = async (): Promise<string> => {
  if (!existsSync(folder)) {
    const why = 'a real VS Code that runs in the browser; about 120 MB to download, kept in .cache';
    await step(`Installing VS Code from npm (code-server ${version})`, why, () =>
      installOnce(folder, async (staging) => {
        await npm(['pack', '--silent', '--pack-destination', staging, `code-server@${version}`], staging);
        const archive = (await readdir(staging)).find((name) => name.endsWith('.tgz'));
        if (archive === undefined) {
          throw new Error('npm pack made no archive.');
        }
        await run('tar', ['-xzf', archive, 'package/lib/vscode'], { cwd: staging, timeout: 120_000 });
        await rm(join(staging, archive));
        const inner = join(staging, 'package', 'lib', 'vscode');
        // Native modules are not compiled: the server does without them.
        const quiet = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
        await npm(['install', ...quiet], inner);
        for (const name of await readdir(inner)) {
          await rename(join(inner, name), join(staging, name));
        }
        await rm(join(staging, 'package'), { recursive: true });
      }),
    );
  }
  return folder;
};

export interface VscodeServerOptions {
  /** Its own settings, logs and state. */
  readonly serverData: string;
  readonly environment: NodeJS.ProcessEnv;
  /**
   * `tests`: honours a development payload and needs no token, so only for a machine's own short test run. `person`: a
   * random token guards it, since without one every user of the machine would have a shell.
   */
  readonly mode: 'tests' | 'person';
  /** Whether each folder is trusted unasked; never for a person. */
  readonly trustEverything?: boolean;
  readonly extraArguments?: readonly string[];
}

export interface VscodeServer {
  readonly port: number;
  /** Opens the workbench; holds the token where there is one. */
  readonly address: URL;
  /** Resolves when the server has ended. */
  readonly ended: Promise<number>;
}

/** Starts the server on loopback and waits until it listens. It ends with `processes`. */
export const startVscodeServer = async (processes: Processes, options: VscodeServerOptions): Promise<VscodeServer> => {
  const vscode = await installVscode();
  await mkdir(options.serverData, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const token = options.mode === 'person' ? randomBytes(24).toString('hex') : undefined;
  const access: string[] = [];
  if (token === undefined) {
    access.push('--without-connection-token', '--enable-smoke-test-driver');
  } else {
    // In a file: an argument can be read by every user of the machine.
    const tokenFile = join(options.serverData, 'token');
    await writeFile(tokenFile, token, { mode: 0o600 });
    access.push('--connection-token-file', tokenFile);
  }
  const server = processes.start(
    await node24(),
    [
      join(vscode, 'out', 'server-main.js'),
      ...['--host', '127.0.0.1', '--port', String(port), '--server-data-dir', options.serverData],
      ...['--accept-server-license-terms', '--disable-telemetry'],
      ...access,
      ...(options.trustEverything === true ? ['--disable-workspace-trust'] : []),
      ...(options.extraArguments ?? []),
    ],
    { environment: options.environment, output: 'pipe' },
  );
  // Read on, or its pipe fills and it stops; the words go to a log of its own below its data folder.
  const words = collectTail(server.child.stdout, server.child.stderr);
  const ready = await Promise.race([
    listening(port, startSeconds * 1000),
    server.ended.then((status) => {
      throw new Error(`VS Code's server ended with status ${status}:\n${words()}`);
    }),
  ]);
  if (!ready) {
    throw new Error(`VS Code's server did not listen within ${startSeconds} s:\n${words()}`);
  }
  const address = new URL(`http://127.0.0.1:${port}/`);
  if (token !== undefined) {
    address.searchParams.set('tkn', token);
  }
  return { port, address, ended: server.ended };
};

const collectTail = (...streams: readonly (NodeJS.ReadableStream | null)[]): (() => string) => {
  let tail = '';
  for (const stream of streams) {
    stream?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-8000);
    });
  }
  return () => tail.trim();
};
