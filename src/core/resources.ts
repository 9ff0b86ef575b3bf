// Files that ship beside the code: the Python that runs inside kernels, and the kernel wrapper.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of a shipped file, e.g. `kernel/python/bootstrap.py`; the same name in the sources and beside a bundle in `dist`. */
export const resourcePath = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The text of a shipped file. */
export const resourceText = (name: string): string => readFileSync(resourcePath(name), 'utf8');
