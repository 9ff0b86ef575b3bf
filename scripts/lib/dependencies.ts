// node_modules as package-lock.json says: compared with what npm itself noted at its last install.
import { open, readFile, rm, stat } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { npm } from './install.mjs';
import { cache, repository } from './places.mjs';
import { step } from './progress.mjs';

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
}

const lockedPackages = async (path: string): Promise<ReadonlyMap<string, LockedPackage> | undefined> => {
  try {
    const { packages } = JSON.parse(await readFile(path, 'utf8')) as { packages: Record<string, LockedPackage> };
    return new Map(Object.entries(packages).filter(([name]) => name !== ''));
  } catch {
    return undefined;
  }
};

/** Why `npm ci` is needed, or undefined where every package of the lock file is installed in its version. */
export const whyOutdated = async (folder: string): Promise<string | undefined> => {
  const installed = await lockedPackages(join(folder, 'node_modules', '.package-lock.json'));
  if (installed === undefined) {
    return 'there is no complete node_modules yet';
  }
  const wanted = (await lockedPackages(join(folder, 'package-lock.json'))) ?? new Map<string, LockedPackage>();
  for (const [name, { version, optional }] of wanted) {
    const found = installed.get(name);
    // A package for another platform is optional, and not installed.
    if (found === undefined ? optional !== true : found.version !== version) {
      return `package-lock.json has changed: ${name.replace('node_modules/', '')}`;
    }
  }
  return undefined;
};

/** Holds a lock file while `work` runs, so that two scripts never run `npm ci` in one folder at the same time. */
const alone = async (path: string, work: () => Promise<void>): Promise<void> => {
  const deadline = Date.now() + 10 * 60_000;
  for (;;) {
    try {
      const handle = await open(path, 'wx');
      await handle.close();
      break;
    } catch (error) {
      const age = await stat(path).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > 10 * 60_000) {
        await rm(path, { force: true });
      } else if (Date.now() > deadline) {
        throw new Error(`Another script is still installing; remove ${path} if there is none.`, { cause: error });
      }
      await delay(500);
    }
  }
  try {
    await work();
  } finally {
    await rm(path, { force: true });
  }
};

/** Runs `npm ci` where node_modules is missing, cut short, or older than the lock file. */
export const ensureDependencies = async (): Promise<void> => {
  if ((await whyOutdated(repository)) === undefined) {
    return;
  }
  await mkdir(cache, { recursive: true });
  await alone(join(cache, 'npm-ci.lock'), async () => {
    const why = await whyOutdated(repository);
    if (why !== undefined) {
      // Scripts of packages only fetch extras that nothing here needs.
      const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts', '--include=dev'];
      await step('Installing the npm packages', why, () => npm(['ci', ...quiet], repository));
    }
  });
};
