// What a mocha process cleans up at its end: last begun, first ended.
import { after } from 'mocha';

const works: (() => Promise<void>)[] = [];

/** Registers work for the end of the whole run. */
export const atEnd = (work: () => Promise<void>): void => {
  works.push(work);
};

after('clean up', async function cleanUp() {
  this.timeout(60_000);
  for (const work of works.splice(0).reverse()) {
    await work();
  }
});
