// npm run test:soak -- --minutes N: the soak suite in rounds, each with a seed of its own.
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./soak/main.ts'));
