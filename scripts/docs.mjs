// npm run docs: writes into the documentation what is generated from the tests.
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./docs/main.ts'));
