// Builds the Python that a kernel runs for us. It is sent as one expression, so that nothing is left in the user's names.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { resourceText } from '../resources.ts';

const parts = [
  'bootstrap',
  'calls',
  'child',
  'children',
  'documents',
  'early',
  'entries',
  'environment',
  'figures',
  'hooks',
  'imports',
  'magics',
  'natives',
  'output',
  'outside',
  'paths',
  'text',
  'tracebacks',
  'translated',
] as const;

/** The Python files of the kernel's side by name, and a version that changes when one of them does. */
export interface KernelSources {
  readonly version: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** Reads the Python that ships with the program. */
export const kernelSources = (): KernelSources => {
  const sources = Object.fromEntries(parts.map((name) => [name, resourceText(`kernel/python/${name}.py`)]));
  return { version: createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16), sources };
};

/** A Python expression for the value of `value`, a JSON value: base64 needs no quoting and no IPython transformer can take offence at it. */
export const pythonValue = (value: unknown): string =>
  `__import__('json').loads(__import__('zlib').decompress(__import__('base64').b64decode('${deflateSync(JSON.stringify(value)).toString('base64')}')))`;

/** One line of Python that runs `source` in a namespace of its own, in which `request` is the given JSON value. */
export const isolatedCode = (source: string, request: unknown): string =>
  `(lambda request, names: __import__('builtins').exec(__import__('builtins').compile(request['loader'], '<code interpreter>', 'exec'), dict(names, request=request)))` +
  `(${pythonValue({ ...(request as object), loader: source })}, {'__name__': '_code_interpreter_loader'})`;

/** A user expression that calls a function of the kernel's side; it fails, and is `undefined` to us, where that was never started. */
export const kernelCall = (call: string): string => `__import__('sys').modules['_code_interpreter'].${call}`;
