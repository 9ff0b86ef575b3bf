// What is said of a machine's ability to mount, found out by really trying.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { needsNamespaces } from '../../../support/skipping.ts';

const script = `
import { probeMountSupport } from '${new URL('../../../../src/core/kernel/wrapper/mountSupport.ts', import.meta.url).href}';
console.log(JSON.stringify(await probeMountSupport()));
`;

/** Probes in a process of its own, behind a command that takes something away. */
const probeBehind = (command: readonly string[]): unknown => {
  const [program, ...args] = [...command, process.execPath, '--input-type=module', '-e', script];
  return JSON.parse(spawnSync(program, args, { encoding: 'utf8' }).stdout);
};

describe('probing for mount support', () => {
  before(function first() {
    needsNamespaces(this);
  });

  it('succeeds where a wrapped program sees its workspace', () => {
    assert.deepEqual(probeBehind(['env']), { supported: true });
  });

  it('names the setting where the system gives no user namespaces', () => {
    const without = ['unshare', '-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', 'sh'];
    assert.deepEqual(probeBehind(without), {
      supported: false,
      reason: 'unshare: unshare failed: No space left on device (user.max_user_namespaces is 0)',
    });
  });

  it('names the tool that is missing', () => {
    assert.deepEqual(probeBehind(['env', 'PATH=/nonexistent']), {
      supported: false,
      reason: 'unshare is not installed',
    });
  });
});
