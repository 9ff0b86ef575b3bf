// npm start: sets everything up, runs the sample's first message, and opens VS Code on it (--once: ends before that).
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./start/main.ts'));
