// Finding Pythons that are fit: each candidate is really run.
import { CodedError } from '../../errors.ts';
import { causeIn, runCommand } from './commands.ts';

export interface Python {
  /** As given; a name is looked up on the PATH. */
  readonly path: string;
  /** Major and minor. */
  readonly version: readonly [number, number];
  /** `venv` and `ensurepip` are there; Debian ships them apart. */
  readonly canMakeEnvironments: boolean;
}

const oldest = [3, 10] as const;
const probeBound = 10_000;
const probe =
  'import sys,importlib.util as u;print(sys.version_info[0],sys.version_info[1],int(bool(u.find_spec("venv") and u.find_spec("ensurepip"))))';

const candidates = (): readonly string[] =>
  process.platform === 'win32'
    ? ['python', 'python3', 'py']
    : ['python3', 'python3.11', 'python3.10', 'python3.12', 'python3.13', 'python3.14', 'python'];

const examine = async (path: string, signal: AbortSignal | undefined): Promise<Python | string> => {
  const { status, output } = await runCommand(path, ['-c', probe], { timeout: probeBound, signal });
  const match = /(\d+) (\d+) ([01])\s*$/.exec(output);
  if (status !== 0 || !match) {
    return causeIn(output);
  }
  return { path, version: [Number(match[1]), Number(match[2])], canMakeEnvironments: match[3] === '1' };
};

const isFit = ({ version: [major, minor], canMakeEnvironments }: Python): boolean =>
  canMakeEnvironments && (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]));

const describe = (python: Python | string): string =>
  typeof python === 'string'
    ? python
    : `Python ${python.version.join('.')}${python.canMakeEnvironments ? '' : ' without venv (on Debian and Ubuntu: the package python3-venv)'}`;

/**
 * The fit Pythons of this machine, best first; with `given` only that one.
 * @throws CodedError `embedded.unfitPython` for the given one, `embedded.noPython`
 */
export const findPythons = async (given: string | undefined, signal?: AbortSignal): Promise<readonly Python[]> => {
  if (given !== undefined) {
    const python = await examine(given, signal);
    if (typeof python === 'string' || !isFit(python)) {
      throw new CodedError('embedded.unfitPython', {
        path: given,
        found: describe(python),
        needed: 'Python 3.10 or newer',
      });
    }
    return [python];
  }
  const examined = await Promise.all(candidates().map(async (path) => ({ path, python: await examine(path, signal) })));
  const fit = examined.flatMap(({ python }) => (typeof python !== 'string' && isFit(python) ? [python] : []));
  if (fit.length === 0) {
    const tried = examined.map(({ path, python }) =>
      typeof python === 'string' ? path : `${path}: ${describe(python)}`,
    );
    throw new CodedError('embedded.noPython', { tried });
  }
  return fit;
};

/** The gateway installs as it is published on 3.10 and 3.11 only: one of those first. */
export const pythonForGateway = (pythons: readonly Python[]): Python | undefined =>
  pythons.find(({ version: [major, minor] }) => major === 3 && minor <= 11) ?? pythons[0];
