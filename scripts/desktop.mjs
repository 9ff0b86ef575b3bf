// npm run test:desktop: the host tests in a desktop VS Code, which @vscode/test-electron downloads.
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./desktop/main.ts'));
