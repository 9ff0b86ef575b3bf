// npm test: sets up what the tests need, runs every suite, and ends with "N passed, N failed".
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./test/main.ts'));
