// A headless Chromium: the one in the @sparticuz/chromium package on Linux x64, the system's Chrome elsewhere.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { installOnce, npmInstall } from './install.mjs';
import { node24 } from './node24.mjs';
import { cache } from './places.mjs';
import type { Processes } from './processes.ts';
import { step } from './progress.mjs';

const version = '153.0.0';
const fonts = 'dejavu-fonts-ttf@2.37.3';
const run = promisify(execFile);
const folder = join(cache, 'tools', `chromium-${version}-with-fonts`);
const unpacked = join(folder, 'unpacked');

const offTheNetwork = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** The package's own one names folders in /tmp only. Fonts of ours first, so that screenshots are alike on every machine. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(unpacked, 'fonts')}</dir>
  <dir>${join(folder, 'node_modules', 'dejavu-fonts-ttf', 'ttf')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(unpacked, 'font-cache')}</cachedir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;

const hasOwnChromium = process.platform === 'linux' && process.arch === 'x64';

const install = async (): Promise<void> => {
  if (existsSync(folder)) {
    return;
  }
  await step(
    'Installing a browser from npm (Chromium)',
    'the tests use VS Code in it; about 70 MB, kept in .cache',
    () =>
      installOnce(folder, async (staging) => {
        await npmInstall(staging, [`@sparticuz/chromium@${version}`, fonts]);
        // The package unpacks itself, with the libraries that a plain system lacks, into the folder for temporary files.
        const target = join(staging, 'unpacked');
        await mkdir(target);
        await run(
          await node24(),
          ['--input-type=module', '-e', "await (await import('@sparticuz/chromium')).default.executablePath();"],
          {
            cwd: staging,
            timeout: 180_000,
            env: { ...process.env, TMPDIR: target, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
          },
        );
      }),
  );
};

/** Starts a headless browser; `CODE_INTERPRETER_BROWSER` names another executable. It ends with `processes`. */
export const launchBrowser = async (processes: Processes): Promise<Browser> => {
  const named = process.env['CODE_INTERPRETER_BROWSER'];
  const args = [...offTheNetwork, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const common = { args, headless: true, timeout: 60_000 };
  let browser: Browser;
  if (named !== undefined) {
    browser = await chromium.launch({ ...common, executablePath: named });
  } else if (hasOwnChromium) {
    await install();
    await writeFile(join(unpacked, 'fonts', 'fonts.conf'), fontConfiguration);
    browser = await chromium.launch({
      ...common,
      args: [...args, '--no-sandbox'],
      executablePath: join(unpacked, 'chromium'),
      env: {
        ...(process.env as Record<string, string>),
        LD_LIBRARY_PATH: join(unpacked, 'al2023', 'lib'),
        FONTCONFIG_PATH: join(unpacked, 'fonts'),
      },
    });
  } else {
    browser = await chromium.launch({ ...common, channel: 'chrome' });
  }
  processes.atEnd(() => browser.close());
  return browser;
};
