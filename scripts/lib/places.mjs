// Where the scripts put things. Plain JavaScript: it runs before the right Node is there.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The ignored folder for everything that the scripts install: `CODE_INTERPRETER_CACHE_DIR`, else `.cache`. */
export const cache = resolve(process.env['CODE_INTERPRETER_CACHE_DIR'] || join(repository, '.cache'));

/** The data folder of `npm start`: `CODE_INTERPRETER_DATA_DIR`, else `.cache/data`. */
export const dataFolder = resolve(process.env['CODE_INTERPRETER_DATA_DIR'] || join(cache, 'data'));
