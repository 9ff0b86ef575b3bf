// npm run docs -- pictures: the pictures of the README and the walkthrough, made by the host tests.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, repository } from '../lib/places.mjs';
import { createProcesses } from '../lib/processes.ts';
import { say } from '../lib/progress.mjs';

const names = ['run', 'files', 'record'] as const;

/** Runs the tests that make them, and puts them into media/. To be looked at before they are committed. */
export const makePictures = async (): Promise<void> => {
  await using processes = createProcesses();
  const test = join(repository, 'scripts', 'test.mjs');
  const status = await processes.start(process.execPath, [test, 'host', '--profile', 'pictures']).ended;
  if (status !== 0) {
    throw new Error('The tests that make the pictures did not pass.');
  }
  const folder = join(repository, 'media', 'walkthrough');
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    await copyFile(join(cache, 'screenshots', `picture ${name}.png`), join(folder, `${name}.png`));
    say(`media/walkthrough/${name}.png`);
  }
};
