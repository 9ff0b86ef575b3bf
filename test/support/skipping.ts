// Tests that a machine can't run: they skip themselves, and the reason is printed at the end of npm test.
import { spawnSync } from 'node:child_process';
import type { Context } from 'mocha';
import { probeMountSupport } from '../../src/core/kernel/wrapper/mountSupport.ts';
import { isRoot } from './wrapped.ts';

/** Skips the test, or all tests of the suite where a hook calls it, and says why. */
export function skipBecause(context: Context, reason: string): never {
  const { test } = context;
  if (test && 'type' in test && test.type === 'hook') {
    test.parent?.eachTest((each) => Object.assign(each, { skipReason: reason }));
  } else {
    Object.assign(test ?? {}, { skipReason: reason });
  }
  return context.skip();
}

/** Skips where `/mnt/data` can't be mounted by an ordinary user. */
export const needsMounts = async (context: Context): Promise<void> => {
  const support = await probeMountSupport();
  if (!support.supported) {
    skipBecause(context, `/mnt/data can't be mounted here: ${support.reason}`);
  }
};

/** Skips where there are no user namespaces with mounts of their own. */
export const needsNamespaces = (context: Context): void => {
  const tried = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { encoding: 'utf8' });
  if (tried.status !== 0) {
    skipBecause(context, `no user namespaces: ${tried.error?.message ?? tried.stderr.trim()}`);
  }
};

/** Skips unless this is root, where a test needs another user. */
export const needsUser = (context: Context, user: number | undefined): void => {
  if (user !== undefined && !isRoot) {
    skipBecause(context, 'only root can become another user');
  }
};
