// npm run docs: the table of docs/mnt-data.md.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../lib/places.mjs';
import { say } from '../lib/progress.mjs';
import { groundingTable, withTable, type DocumentedCase } from './groundingTable.ts';

// By its address: the tests use the scripts, so the scripts can't import the tests.
const support = pathToFileURL(join(repository, 'test', 'support', 'groundingCases.ts')).href;
const { groundingCases } = (await import(support)) as { groundingCases: readonly DocumentedCase[] };
const path = join(repository, 'docs', 'mnt-data.md');
await writeFile(path, withTable(await readFile(path, 'utf8'), groundingTable(groundingCases)));
say(`docs/mnt-data.md: ${groundingCases.length} cases`);
