// Programs that stand in for Pythons: they answer the probe, make environments, and install at once, slowly or not at all.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FakePython {
  readonly version?: readonly [number, number];
  readonly hasVenv?: boolean;
  /** Shell lines that stand for `pip install`. */
  readonly install?: string;
}

/**
 * Writes a program that behaves like a Python, as far as finding and installing go, and gives its path. It notes each of its
 * calls in `<path>.calls`; the environments that it makes hold a copy of itself.
 */
export const fakePython = (folder: string, name: string, fake: FakePython = {}): string => {
  const { version = [3, 11], hasVenv = true, install = ':' } = fake;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  const script = `#!/bin/sh
echo "$*" >> '${path}.calls'
case "$*" in
  *-m\\ venv*)
    for folder; do :; done
    mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
  *pip\\ install*)
    ${install} ;;
  *json.dumps*)
    printf 'noise\\n["%s", [%s, %s], %s]\\n' "$0" ${version[0]} ${version[1]} ${String(hasVenv)} ;;
esac
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
};
