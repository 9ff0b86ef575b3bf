// Runs the host tests of one profile: VS Code's server, a page that shows it, and the tests inside its extension host.
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { cache, repository } from '../lib/places.mjs';
import { createProcesses } from '../lib/processes.ts';
import type { Processes } from '../lib/processes.ts';
import { startVscodeServer } from '../lib/vscodeServer.ts';
import type { Counts } from '../test/counts.ts';
import { add, oneFailure } from '../test/counts.ts';
import { createHandlers } from './actions.ts';
import type { Windows } from './actions.ts';
import { startBridge } from './bridge.ts';
import { bundleHostTests } from './bundle.ts';
import type { Profile } from './profiles.ts';

export interface HostProfileRun {
  readonly processes: Processes;
  readonly profile: Profile;
  /** Holds the server's data, the workspace folder, and the data folder of the extension. */
  readonly folder: string;
  /** The browser's storage: VS Code keeps its memory of a window there. */
  readonly context: BrowserContext;
  readonly environment: NodeJS.ProcessEnv;
  readonly mochaArguments: readonly string[];
  readonly minutes: number;
}

const windowAddress = (server: URL, workspace: string, payload: readonly (readonly [string, string])[]): string => {
  const address = new URL(server);
  address.searchParams.set('folder', workspace);
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
};

const remote = (server: URL, path: string): string => `vscode-remote://${server.host}${pathToFileURL(path).pathname}`;

const createWindows = (main: Page, addressOf: (folder: string) => string): Windows => {
  const pages: (Page | undefined)[] = [main];
  const page = (window = 0): Page => {
    const found = pages[window];
    if (found === undefined) {
      throw new Error(`There is no window ${window}.`);
    }
    return found;
  };
  const isUp = (opened: Page): Promise<void> =>
    opened.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
  return {
    page,
    open: async (folder) => {
      const opened = await main.context().newPage();
      await opened.goto(addressOf(folder));
      await isUp(opened);
      return pages.push(opened) - 1;
    },
    reload: async (window) => {
      await page(window).reload();
      await isUp(page(window));
    },
    close: async (window) => {
      await page(window).close();
      pages[window] = undefined;
    },
  };
};

const readCounts = async (path: string): Promise<Counts & { ended: boolean }> =>
  JSON.parse(await readFile(path, 'utf8')) as Counts & { ended: boolean };

/** Runs a profile's tests to their end, within the minutes given, and returns their counts. */
export const runHostProfile = async (run: HostProfileRun): Promise<Counts> => {
  const { profile, folder } = run;
  const countsFile = join(folder, `counts-${profile.name}.json`);
  const workspace = join(folder, 'workspace');
  await mkdir(workspace, { recursive: true });
  await mkdir(join(cache, 'host-logs'), { recursive: true });
  const log = createWriteStream(join(cache, 'host-logs', `${profile.name}.log`));
  await using processes = createProcesses(run.processes);
  processes.atEnd(() => new Promise<void>((resolve) => log.end(resolve)));
  const testsPath = await bundleHostTests(profile.name, profile.folders);
  const page = await run.context.newPage();

  let addressOf: (folder: string) => string = () => {
    throw new Error('VS Code is not started yet.');
  };
  const windows = createWindows(page, (wanted) => addressOf(wanted));
  const bridge = await startBridge(
    createHandlers(windows, (line) => {
      console.log(line);
    }),
  );
  processes.atEnd(bridge.close);
  const server = await startVscodeServer(processes, {
    serverData: join(folder, 'server'),
    mode: 'tests',
    trustEverything: profile.trusted,
    environment: {
      ...run.environment,
      ...bridge.environment,
      CODE_INTERPRETER_DATA_DIR: join(folder, 'data'),
      CODE_INTERPRETER_TEST_COUNTS: countsFile,
      CODE_INTERPRETER_TEST_MOCHA: JSON.stringify(run.mochaArguments),
    },
  });
  // Before the server, which it would try to reach again.
  processes.atEnd(() => page.close());
  const development = [
    ['extensionDevelopmentPath', remote(server.address, repository)],
    ['skipWelcome', 'true'],
  ] as const;
  addressOf = (wanted) => windowAddress(server.address, wanted, development);

  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
    log.write(`${type} ${args.map(String).join(' ')}\n`);
  });
  await page.exposeFunction('codeAutomationExit', end);
  page.on('console', (message) => log.write(`page ${message.type()} ${message.text()}\n`));
  page.on('crash', () => {
    end(1);
  });
  const tests = ['extensionTestsPath', remote(server.address, testsPath)] as const;
  await page.goto(windowAddress(server.address, workspace, [...development, tests]), { timeout: 60_000 });

  const late = new Promise<'late'>((resolve) => {
    AbortSignal.timeout(run.minutes * 60_000).addEventListener('abort', () => {
      resolve('late');
    });
  });
  const status = await Promise.race([ended, late]);
  const counts = await readCounts(countsFile).catch(() => undefined);
  if (counts === undefined) {
    const how =
      status === 'late' ? `did not start within ${run.minutes} minutes` : `could not be started (status ${status})`;
    return oneFailure(`host, ${profile.name}: the tests ${how}; see .cache/host-logs/${profile.name}.log`);
  }
  if (!counts.ended) {
    const how = status === 'late' ? `were stopped after ${run.minutes} minutes` : `ended early with status ${status}`;
    return add([counts, oneFailure(`host, ${profile.name}: the tests ${how}`)]);
  }
  return counts;
};
