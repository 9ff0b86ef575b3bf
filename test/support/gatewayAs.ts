// The embedded gateway's own process, started as a user of one's choice on a data folder of that user's.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DataFolder } from '../../src/core/dataFolder.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import { inheritedVariables } from '../../src/core/gateway/embedded/environmentVariables.ts';
import { kernelspecFolder, writeKernelspecs, type Hiding } from '../../src/core/gateway/embedded/kernelspecs.ts';
import { keepFile, useGateway, usersFile } from '../../src/core/gateway/embedded/users.ts';
import { resourcePath } from '../../src/core/resources.ts';
import { temporaryDataFolder } from './embeddedGateway.ts';
import { atExit, cacheFolder, repository } from './places.ts';
import { eventually } from './processes.ts';
import { environments } from './stockGateway.ts';
import { giveTo } from './wrapped.ts';

export interface GatewayOfUser {
  readonly connection: GatewayConnection;
  readonly data: DataFolder;
  /** The user's home folder, with a secret in it. */
  readonly home: string;
  readonly pid: number;
  /** What its next kernels do not see. */
  readonly hide: (hiding: Hiding) => void;
  readonly stop: () => Promise<void>;
}

const token = 'token-of-this-test';

/** Lets another user run what lies in root's own home folder, out of everybody's reach: in a mount namespace. */
const reachable = `
home=$1 spot=$2; shift 2
mount --bind "$home" "$spot"; mount -t tmpfs -o mode=755 tmpfs "$home"
while [ "$1" != -- ]; do mkdir -p "$1"; mount --bind "$spot\${1#"$home"}" "$1"; shift; done
shift; exec "$@"`;

const commandAs = (user: number, python: string, spot: string): readonly string[] => {
  const drop = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--'];
  const home = homedir();
  const needed = [repository, cacheFolder, dirname(dirname(realpathSync(python)))].filter((path) =>
    path.startsWith(`${home}/`),
  );
  if (needed.length === 0) {
    return drop;
  }
  mkdirSync(spot);
  return ['unshare', '--mount', 'sh', '-ec', reachable, 'sh', home, spot, ...needed, '--', ...drop];
};

/** Starts it; `user` is another user's id, which only root may ask for. */
export const startGatewayAs = async (user: number | undefined): Promise<GatewayOfUser> => {
  const python = await environments();
  const data = await temporaryDataFolder();
  const above = dirname(data.root);
  const home = join(above, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'secret.txt'), 'secret of the home folder');
  const hide = (hiding: Hiding): void => {
    writeKernelspecs(data, { kernelPython: python.kernel, hiding, socketFiles: true });
    if (user !== undefined) {
      giveTo(user, above);
    }
  };
  const logFile = join(data.gateway, 'gateway.log');
  const portFile = join(data.gateway, 'port');
  for (const name of ['runtime', 'data', 'config']) {
    mkdirSync(join(data.gateway, name));
  }
  hide({ home: true, network: false });
  const log = openSync(logFile, 'a');
  const release = await useGateway(data);
  const as = user === undefined ? [] : commandAs(user, python.kernel, join(above, 'python'));
  const child = spawn('env', [...as, python.gateway, resourcePath('gateway/embedded/python/start_gateway.py')], {
    cwd: data.gateway,
    stdio: ['pipe', log, log],
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      JUPYTER_PATH: kernelspecFolder(data),
      JUPYTER_NO_CONFIG: '1',
      JUPYTER_RUNTIME_DIR: join(data.gateway, 'runtime'),
      JUPYTER_DATA_DIR: join(data.gateway, 'data'),
      JUPYTER_CONFIG_DIR: join(data.gateway, 'config'),
    },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const spare = atExit(() => child.kill('SIGKILL'));
  const settings = {
    ...{ kind: 'enterprise-gateway', port: 0, token, portFile, logFile, inheritedVariables, largestLog: 5 << 20 },
    ...{
      cullIdleSeconds: 7200,
      endIdleSeconds: 3600,
      socketFolder: join(data.gateway, 'sockets'),
      ...{ usersFile: usersFile(data), keepFile: keepFile(data), endUnusedSeconds: 5 },
    },
  };
  child.stdin?.write(`${JSON.stringify(settings)}\n`);
  const port = await eventually('it listens', () => {
    if (child.exitCode !== null) {
      throw new Error(readFileSync(logFile, 'utf8').slice(-1000));
    }
    try {
      return readFileSync(portFile, 'utf8');
    } catch {
      return '';
    }
  });
  return {
    ...{ data, home, hide, pid: child.pid ?? 0 },
    connection: { baseUrl: `http://127.0.0.1:${port}/`, token },
    stop: async () => {
      spare();
      release();
      child.kill('SIGTERM');
      await ended;
    },
  };
};
