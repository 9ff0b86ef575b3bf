// The machine's Python, for tests of what runs inside kernels that need no kernel.
import { spawnSync } from 'node:child_process';

/** The machine's Python 3.8 or later, or why there is none. */
export const findPython = (): { readonly path: string } | { readonly missing: string } => {
  const found = spawnSync('python3', ['-c', 'import sys; print(sys.version_info >= (3, 8), sys.executable)'], {
    encoding: 'utf8',
  });
  if (found.error !== undefined || found.status !== 0) {
    return { missing: 'there is no python3' };
  }
  const [fit, ...path] = found.stdout.trim().split(' ');
  return fit === 'True' ? { path: path.join(' ') } : { missing: 'python3 is older than 3.8' };
};

/** Runs a script with JSON on its standard input and `temporary` for its temporary files, and gives the JSON on its standard output. */
export const runPython = (path: string, script: string, input: unknown, temporary: string): unknown => {
  const ran = spawnSync(path, ['-c', script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, TMPDIR: temporary },
  });
  if (ran.status !== 0) {
    throw new Error(`python3 ended with ${ran.status ?? ran.signal ?? 'nothing'}: ${ran.stderr}`);
  }
  return JSON.parse(ran.stdout) as unknown;
};
