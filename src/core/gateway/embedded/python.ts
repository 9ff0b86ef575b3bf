// Finding Pythons that are fit: each candidate is really run.
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { CodedError } from '../../errors.ts';
import { causeIn, runCommand } from './commands.ts';

export interface Python {
  /** The interpreter itself, not a launcher or a shim. */
  readonly path: string;
  /** Major and minor. */
  readonly version: readonly [number, number];
  /** `venv` and `ensurepip` are there; Debian ships them apart. */
  readonly canMakeEnvironments: boolean;
}

const oldest = [3, 10] as const;
const probeBound = 10_000;
const notFound = 'not found';

const probe = `
import importlib.util as u, json, sys
print()
print(json.dumps([sys.executable, list(sys.version_info[:2]), bool(u.find_spec("venv") and u.find_spec("ensurepip"))]))
`;
const probeAnswer = v.tuple([v.pipe(v.string(), v.minLength(1)), v.tuple([v.number(), v.number()]), v.boolean()]);

const parseAnswer = (output: string): v.InferOutput<typeof probeAnswer> | null => {
  try {
    return v.parse(probeAnswer, JSON.parse(output.trim().split('\n').at(-1) ?? ''));
  } catch {
    return null;
  }
};

/** Runs a candidate: what it is, or what is wrong with it in one line. */
const examine = async (command: readonly string[], signal: AbortSignal | undefined): Promise<Python | string> => {
  const [program = '', ...args] = command;
  const { status, output } = await runCommand(program, [...args, '-c', probe], { timeout: probeBound, signal });
  const answer = status === 0 ? parseAnswer(output) : null;
  if (!answer) {
    return output.includes('ENOENT') ? notFound : causeIn(output) || 'no answer within 10 s';
  }
  const [path, version, canMakeEnvironments] = answer;
  return { path, version, canMakeEnvironments };
};

const isNewEnough = ({ version: [major, minor] }: Python): boolean =>
  major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);

const isFit = (python: Python): boolean => python.canMakeEnvironments && isNewEnough(python);

const describe = (python: Python | string): string =>
  typeof python === 'string'
    ? python
    : `Python ${python.version.join('.')}${python.canMakeEnvironments ? '' : ' without venv (on Debian and Ubuntu: the package python3-venv)'}`;

const minors = ['11', '10', '12', '13', '14'];

/** What PATH finds under the usual names; `py` is the launcher that the Windows installer puts there. */
const namesOnPath = (): readonly (readonly string[])[] =>
  process.platform === 'win32'
    ? [['python'], ['python3'], ...minors.map((minor) => ['py', `-3.${minor}`])]
    : [['python3'], ...minors.map((minor) => [`python3.${minor}`]), ['python']];

const pyenvVersions = (): readonly (readonly string[])[] => {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  try {
    return readdirSync(versions)
      .filter((name) => /^3\.1\d/.test(name))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map((name) => [join(versions, name, 'bin', 'python3')]);
  } catch {
    return [];
  }
};

/** Where Pythons lie that a desktop application's PATH often does not lead to. */
const elsewhere = (): readonly (readonly string[])[] =>
  process.platform === 'win32'
    ? []
    : [
        ...['/opt/homebrew/bin', '/usr/local/bin', '/usr/bin'].map((folder) => [join(folder, 'python3')]),
        ...pyenvVersions(),
      ];

/** Only the first of each interpreter. */
const distinct = (pythons: readonly Python[]): Python[] =>
  pythons.filter((python, index) => pythons.findIndex(({ path }) => path === python.path) === index);

const examineAll = async (
  commands: readonly (readonly string[])[],
  signal: AbortSignal | undefined,
): Promise<{ readonly fit: readonly Python[]; readonly tried: readonly string[] }> => {
  const examined = await Promise.all(
    commands.map(async (command) => ({ name: command.join(' '), python: await examine(command, signal) })),
  );
  return {
    fit: distinct(examined.flatMap(({ python }) => (typeof python !== 'string' && isFit(python) ? [python] : []))),
    tried: examined.map(({ name, python }) => (python === notFound ? name : `${name}: ${describe(python)}`)),
  };
};

/**
 * The fit Pythons of this machine, best first: what PATH gives, and only where that gives none, what else lies about. With
 * `given` only that one.
 * @throws CodedError `embedded.unfitPython` for the given one, `embedded.noPython` with what was tried, `cancelled`
 */
export const findPythons = async (given: string | undefined, signal?: AbortSignal): Promise<readonly Python[]> => {
  if (given !== undefined) {
    const python = await examine([given], signal);
    if (typeof python === 'string' || !isFit(python)) {
      const needed = typeof python === 'string' || !isNewEnough(python) ? 'Python 3.10 or newer' : 'its venv module';
      throw new CodedError('embedded.unfitPython', { path: given, found: describe(python), needed });
    }
    return [python];
  }
  const onPath = await examineAll(namesOnPath(), signal);
  if (onPath.fit.length > 0) {
    return onPath.fit;
  }
  const others = await examineAll(elsewhere(), signal);
  if (others.fit.length === 0) {
    throw new CodedError('embedded.noPython', { tried: [...onPath.tried, ...others.tried] });
  }
  return others.fit;
};

/** The gateway installs as it is published on 3.10 and 3.11 only: one of those first. */
export const pythonForGateway = (pythons: readonly Python[]): Python | undefined =>
  pythons.find(({ version: [major, minor] }) => major === 3 && minor <= 11) ?? pythons[0];
