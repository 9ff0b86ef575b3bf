// The user's own Python for the kernel: that it is fit, and where it imports from.
import * as v from 'valibot';
import { CodedError } from '../../errors.ts';
import { runCommand } from './commands.ts';

export interface OwnPython {
  readonly path: string;
  /** Folders outside of its environment that it imports from: of `.pth` files, of PYTHONPATH, of packages that are installed to be edited. */
  readonly folders: readonly string[];
}

const bound = 20_000;

/**
 * Packages that are installed to be edited lie wherever their sources do. Setuptools finds them by a `.pth` file, or by an import hook with a
 * table of places (https://setuptools.pypa.io/en/latest/userguide/development_mode.html).
 */
const probe = `
import ipykernel, json, os, sys
places = [place for place in sys.path if os.path.isdir(place)]
for name, module in list(sys.modules.items()):
    mapping = getattr(module, 'MAPPING', None)
    if name.startswith('__editable__') and isinstance(mapping, dict):
        places += [str(place) for place in mapping.values()]
own = [os.path.realpath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
outside = [place for place in places if not os.path.realpath(place).startswith(tuple(own))]
folders = outside + [os.path.realpath(place) for place in outside]
print()
print(json.dumps({'path': sys.executable, 'folders': sorted(set(folders))}))
`;
const answer = v.object({ path: v.pipe(v.string(), v.minLength(1)), folders: v.array(v.string()) });

/** @throws CodedError `embedded.unfitPython`, `cancelled` */
export const examineOwnPython = async (path: string, signal: AbortSignal | undefined): Promise<OwnPython> => {
  // Not from the folder that this program happens to be in.
  const { status, output } = await runCommand(path, ['-c', `import sys; sys.path[:1] = []${probe}`], {
    timeout: bound,
    signal,
  });
  if (status !== 0) {
    const found = /No module named '?ipykernel/.test(output)
      ? `a Python without ipykernel (install it with: ${path} -m pip install ipykernel)`
      : 'no working Python';
    throw new CodedError('embedded.unfitPython', { path, found, needed: 'a Python with ipykernel' });
  }
  try {
    return v.parse(answer, JSON.parse(output.trim().split('\n').at(-1) ?? ''));
  } catch (error) {
    const found = 'a Python that prints something else than it is asked for';
    throw new CodedError('embedded.unfitPython', { path, found, needed: 'a Python with ipykernel' }, { cause: error });
  }
};
