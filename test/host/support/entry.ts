// What VS Code loads as the test run: mocha inside the extension host, over every bundled test file beside this one.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import CountingReporter from '../../../scripts/test/reporter.ts';
import * as vscode from 'vscode';
import { bridgeAddressVariable } from '../../../scripts/host/protocol.ts';
import { ui } from './ui.ts';

const grepOf = (args: readonly string[]): string | undefined => {
  const at = args.indexOf('--grep');
  return at < 0 ? undefined : args[at + 1];
};

/** A failed test leaves a picture of the window as it was: `.cache/screenshots/failed-<title>.png`. */
async function pictureOfFailure(this: Mocha.Context): Promise<void> {
  const test = this.currentTest;
  if (test?.state === 'failed') {
    await ui
      .screenshot(`failed-${test.fullTitle().replaceAll(/[^A-Za-z0-9]+/g, '-')}`.slice(0, 120))
      .catch(() => undefined);
  }
}

/** Called by VS Code in the extension host. The counts go to the file that the environment names. */
export const run = async (): Promise<void> => {
  const args = JSON.parse(process.env['CODE_INTERPRETER_TEST_MOCHA'] ?? '[]') as readonly string[];
  const hasPage = process.env[bridgeAddressVariable] !== undefined;
  let printed: Promise<unknown> = Promise.resolve();
  if (hasPage) {
    Mocha.reporters.Base.consoleLog = (...words: unknown[]) => {
      printed = printed.then(() => ui.print(`  ${format(...words).replaceAll('\n', '\n  ')}`)).catch(() => undefined);
    };
  }
  // More room for what is tested.
  await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  const grep = grepOf(args);
  const mocha = new Mocha({
    timeout: 60_000,
    bail: args.includes('--bail'),
    ...(grep === undefined ? {} : { grep }),
    reporter: CountingReporter,
    reporterOptions: { counts: process.env['CODE_INTERPRETER_TEST_COUNTS'], inHost: true },
  });
  for (const file of globSync('**/*.test.cjs', { cwd: __dirname }).sort()) {
    mocha.addFile(join(__dirname, file));
  }
  if (hasPage) {
    mocha.rootHooks({ afterEach: pictureOfFailure });
  }
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  await printed;
  if (failures > 0) {
    throw new Error(`${failures} failed`);
  }
};
