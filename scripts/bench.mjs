// npm run bench [-- NAME...] [--runs N] [--json]: the engine side by side with its peers, in one run on one machine.
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./bench/main.ts'));
