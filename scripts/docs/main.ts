// npm run docs: the table of docs/mnt-data.md; with `pictures`, the pictures instead.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../lib/places.mjs';
import { say } from '../lib/progress.mjs';
import { groundingTable, withTable, type DocumentedCase } from './groundingTable.ts';
import { makePictures } from './pictures.ts';

// By its address: the tests use the scripts, so the scripts can't import the tests.
const imported = (name: string): Promise<unknown> =>
  import(pathToFileURL(join(repository, 'test', 'support', name)).href);

const writeTable = async (): Promise<void> => {
  const { groundingCases } = (await imported('groundingCases.ts')) as { groundingCases: readonly DocumentedCase[] };
  const { languageCases } = (await imported('languageCases.ts')) as { languageCases: readonly DocumentedCase[] };
  const { nativeCases } = (await imported('nativeCases.ts')) as { nativeCases: readonly DocumentedCase[] };
  const cases = [...groundingCases, ...nativeCases, ...languageCases];
  const path = join(repository, 'docs', 'mnt-data.md');
  await writeFile(path, withTable(await readFile(path, 'utf8'), groundingTable(cases)));
  say(`docs/mnt-data.md: ${cases.length} cases`);
};

await (process.argv.includes('pictures') ? makePictures() : writeTable());
