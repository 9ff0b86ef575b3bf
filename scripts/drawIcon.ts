// Draws media/icon.png from media/icon.svg in the tests' browser. Run it with Node 24 when the drawing has changed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from './lib/browser.ts';
import { repository } from './lib/places.mjs';
import { createProcesses } from './lib/processes.ts';

await using processes = createProcesses();
const browser = await launchBrowser(processes);
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
const drawing = await readFile(join(repository, 'media', 'icon.svg'), 'utf8');
await page.setContent(`<style>body { margin: 0; background: transparent }</style>${drawing}`);
await page.screenshot({ path: join(repository, 'media', 'icon.png'), omitBackground: true });
