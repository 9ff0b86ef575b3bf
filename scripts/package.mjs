// npm run package: the .vsix, from minified bundles.
import { underNode24 } from './lib/node24.mjs';

await underNode24(import.meta.url, () => import('./package/main.ts'));
