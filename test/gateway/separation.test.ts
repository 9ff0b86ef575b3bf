// Two messages' kernels at the same time, on a real gateway: what the one can't do to the other, to the gateway and to what is
// kept; as this user, and as a plain one where this is root.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startGatewayAs, type GatewayOfUser } from '../support/gatewayAs.ts';
import { startKernel, withKernel, type TestKernel } from '../support/kernels.ts';
import { treeOf } from '../support/processes.ts';
import { needsMounts, needsUser } from '../support/skipping.ts';
import { plainUser } from '../support/wrapped.ts';

/** A Python literal. */
const literal = (value: unknown): string => JSON.stringify(value);

/** Gives an expression's value, or the name of what it raised. */
const attempts = `
import ctypes, glob, os, pathlib, signal, socket, stat
def tried(work):
    try: return work()
    except BaseException as error: return type(error).__name__
def connected(family, address):
    with socket.socket(family) as client:
        client.settimeout(5)
        client.connect(address)
        return 'connected'
def keyctl(*arguments):
    numbers = {'x86_64': 250, 'aarch64': 219, 'riscv64': 219}
    return ctypes.CDLL(None).syscall(numbers[os.uname().machine], *arguments)
def terminal():
    mine, theirs = os.openpty()
    os.write(mine, b'seen\\n')
    return os.ttyname(theirs), os.read(theirs, 9)
`;

interface Attempt {
  readonly what: string;
  /** A Python expression. */
  readonly expression: (place: { readonly gateway: GatewayOfUser; readonly other: TestKernel }) => string;
  readonly outcome: RegExp;
}

const nothing = /^(FileNotFoundError|NotADirectoryError|PermissionError|\[\]|False)$/;

const table: readonly Attempt[] = [
  {
    what: "read the other's file",
    expression: ({ other }) => `open(${literal(join(other.workspace, 'secret.txt'))}).read()`,
    outcome: nothing,
  },
  {
    what: "write into the other's workspace",
    expression: ({ other }) => `open(${literal(join(other.workspace, 'planted.txt'))}, 'w').write('x')`,
    outcome: /^(FileNotFoundError|PermissionError|OSError)$/,
  },
  {
    what: 'list the workspaces',
    expression: ({ gateway }) => `os.listdir(${literal(gateway.data.uploads)})`,
    outcome: nothing,
  },
  {
    what: 'read what is kept',
    expression: ({ gateway }) => `os.listdir(${literal(join(gateway.data.uploads, 'code_generated'))})`,
    outcome: nothing,
  },
  {
    what: 'read the registry',
    expression: ({ gateway }) => `[name for name in os.listdir(${literal(gateway.data.root)}) if name != 'gateway']`,
    outcome: nothing,
  },
  {
    what: "read the gateway's log and state",
    expression: ({ gateway }) =>
      `[name for name in os.listdir(${literal(gateway.data.gateway)}) if name not in ('runtime', 'sockets', 'share')]`,
    outcome: nothing,
  },
  {
    what: "read the other's connection file, with its key",
    expression: ({ gateway, other }) =>
      `open(${literal(join(gateway.data.gateway, 'runtime', `kernel-${other.id}.json`))}).read()`,
    outcome: nothing,
  },
  {
    what: "find the other's sockets",
    expression: ({ gateway }) => `len(os.listdir(${literal(join(gateway.data.gateway, 'sockets'))}))`,
    outcome: /^1$/,
  },
  {
    what: "see the other's processes",
    expression: ({ other }) =>
      `[pid for pid in os.listdir('/proc') if pid.isdigit() and ${literal(other.id)} in pathlib.Path('/proc', pid, 'cmdline').read_text()]`,
    outcome: nothing,
  },
  {
    what: 'signal the gateway or anything that it started',
    expression: ({ gateway }) =>
      `[pid for pid in ${literal(treeOf(gateway.pid))} if pid > 50 and tried(lambda: os.kill(pid, 0)) is None]`,
    outcome: nothing,
  },
  {
    what: 'signal everybody: only its own are there',
    expression: () => `[os.kill(os.getpid(), 0), sorted(os.listdir('/proc'))[0] != '']`,
    outcome: /^\[None, True\]$/,
  },
  {
    what: "enter the other's file system",
    expression: ({ gateway }) =>
      `[pid for pid in ${literal(treeOf(gateway.pid))} if pid > 50 and os.path.exists(f'/proc/{pid}/root')]`,
    outcome: nothing,
  },
  {
    what: 'go through process 1, which still knows everything',
    expression: () =>
      `[tried(lambda: os.listdir(f'/proc/1/{name}')) for name in ('root', 'cwd')] + [tried(lambda: os.readlink('/proc/1/fd/0')), tried(lambda: open('/proc/1/fd/1'))]`,
    outcome: /^\[('PermissionError'(, )?){4}\]$/,
  },
  {
    what: "enter process 1's namespaces",
    expression: () => `open('/proc/1/ns/mnt')`,
    outcome: /^PermissionError$/,
  },
  {
    what: "trace process 1, which is the user's own",
    expression: () => `ctypes.CDLL(None).ptrace(16, 1, 0, 0)`,
    outcome: /^-1$/,
  },
  {
    what: "find the other's temporary files and shared memory",
    expression: () =>
      `[name for folder in ('/tmp', '/var/tmp', '/dev/shm') for name in os.listdir(folder) if 'theirs' in name]`,
    outcome: nothing,
  },
  {
    what: "find the other's message queues, semaphores and shared segments",
    expression: () => `[kind for kind in ('msg', 'sem', 'shm') if len(open(f'/proc/sysvipc/{kind}').readlines()) > 1]`,
    outcome: nothing,
  },
  {
    what: "open the other's terminals, or the user's",
    expression: () => `[name for name in os.listdir('/dev/pts') if name.isdigit()]`,
    outcome: nothing,
  },
  {
    what: 'have a terminal that is not its own',
    expression: () => `terminal()`,
    outcome: /^\('\/dev\/pts\/0', b'seen\\n'\)$/,
  },
  {
    what: 'freeze or kill through control groups',
    expression: () =>
      `[path for path in glob.glob('/sys/fs/cgroup/**/cgroup.*', recursive=True) if os.access(path, os.W_OK)]`,
    outcome: nothing,
  },
  {
    what: "read the gateway's log through its own output, or through any other open file",
    expression: () =>
      `[path for name in os.listdir('/proc/self/fd') for path in [tried(lambda: os.readlink('/proc/self/fd/' + name))] if path.endswith('.log')] + [tried(lambda: os.readlink(f'/proc/self/fd/{number}').split(':')[0]) for number in (0, 1, 2)]`,
    outcome: /^\['\/dev\/null', 'pipe', 'pipe'\]$/,
  },
  {
    what: "find the other's keys, or read what keys there are",
    // KEYCTL_SEARCH in the session's keyring.
    expression: () => `[keyctl(10, -3, b'user', b'theirs', 0), open('/proc/keys').read()]`,
    outcome: /^\[-1, ''\]$/,
  },
  {
    what: 'change the settings of the machine',
    expression: () =>
      `[path for path in ('/proc/sys/kernel/printk', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/sys/power/state', '/sys/kernel/mm/ksm/run') if tried(lambda: open(path, 'a').close()) is None]`,
    outcome: nothing,
  },
  {
    what: "use the user's session",
    expression: () => `tried(lambda: os.listdir('/run/user')) if os.path.exists('/run/user') else []`,
    outcome: nothing,
  },
  {
    what: 'use a container engine',
    expression: () =>
      `[path for path in ('/run/docker.sock', '/var/run/docker.sock', '/run/podman/podman.sock', '/run/containerd/containerd.sock', '/run/crio/crio.sock') if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode)]`,
    outcome: nothing,
  },
  {
    what: 'read the home folder',
    expression: ({ gateway }) => `open(${literal(join(gateway.home, 'secret.txt'))}).read()`,
    outcome: nothing,
  },
  {
    what: "read the gateway's token from its environment",
    expression: () => `[name for name in os.environ if 'TOKEN' in name or 'CODE_INTERPRETER' in name]`,
    outcome: nothing,
  },
  {
    what: 'bring back what is hidden',
    expression: ({ gateway }) =>
      `[path for path in ('/tmp', '/mnt', '/mnt/data', '/proc', ${literal(gateway.data.root)}, ${literal(gateway.home)}) for flags in (0, 1, 2, 8) if ctypes.CDLL(None).umount2(path.encode(), flags) == 0]`,
    outcome: nothing,
  },
];

const listening = (address: string | { readonly port: number; readonly host: string }): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().on('connection', (socket) => socket.destroy());
    server.listen(address, () => {
      resolve(server);
    });
  });

for (const { who, user } of [
  { who: 'this user', user: undefined },
  { who: 'a plain user', user: plainUser },
]) {
  describe(`the kernels of two messages, as ${who}`, () => {
    let gateway: GatewayOfUser | undefined;
    let mine: TestKernel;
    let other: TestKernel;

    const running = (): GatewayOfUser => {
      assert.ok(gateway);
      return gateway;
    };

    before('start both', async function start() {
      needsUser(this, user);
      await needsMounts(this);
      gateway = await startGatewayAs(user);
      mkdirSync(join(gateway.data.uploads, 'code_generated'), { recursive: true });
      writeFileSync(join(gateway.data.root, 'registry.sqlite'), 'kept');
      const options = user === undefined ? {} : { owner: user };
      [mine, other] = await Promise.all([startKernel(gateway, options), startKernel(gateway, options)]);
      const made = await other.run(`
open('/mnt/data/secret.txt', 'w').write('secret of the other message')
for folder in ('/tmp', '/var/tmp', '/dev/shm'): open(folder + '/theirs', 'w').write('secret')
import subprocess; child = subprocess.Popen(['sleep', '300'])
import ctypes, os
pair = os.openpty()
adds = {'x86_64': 248, 'aarch64': 217, 'riscv64': 217}[os.uname().machine]
print(ctypes.CDLL(None).shmget(4711, 4096, 0o1666) >= 0, ctypes.CDLL(None).syscall(adds, b'user', b'theirs', b'secret', 6, -3) > 0)
`);
      assert.equal(made, 'True True');
    });

    after('stop the gateway', async () => {
      for (const kernel of [mine, other] as (TestKernel | undefined)[]) {
        kernel?.session.dispose();
      }
      await gateway?.stop();
    });

    for (const { what, expression, outcome } of table) {
      it(`can't ${what}`, async () => {
        const asked = expression({ gateway: running(), other });
        assert.match(await mine.run(`${attempts}print(tried(lambda: ${asked}))`), outcome);
      });
    }

    it('leaves the other as it was', async () => {
      assert.equal(await other.run('import os; print(child.poll(), os.listdir("/mnt/data"))'), "None ['secret.txt']");
    });

    it('is spoken to over socket files that no other program can open', () => {
      const { data } = running();
      const connection = JSON.parse(
        readFileSync(join(data.gateway, 'runtime', `kernel-${other.id}.json`), 'utf8'),
      ) as Record<string, unknown>;
      assert.equal(connection['transport'], 'ipc');
      assert.equal(readdirSync(join(data.gateway, 'sockets')).length, 2);
    });

    it('reaches neither the gateway nor an abstract socket where the network is hidden, and works all the same', async () => {
      const { hide, connection } = running();
      const abstract = await listening(`\0separation-${process.pid}`);
      hide({ home: true, network: true });
      const port = new URL(connection.baseUrl).port;
      const asked = `${attempts}
print(tried(lambda: connected(socket.AF_UNIX, '\\0separation-${process.pid}')))
print(tried(lambda: connected(socket.AF_INET, ('127.0.0.1', ${port}))))
print(os.getcwd(), [name for _, name in socket.if_nameindex()])`;
      try {
        assert.match(await mine.run(asked), /^connected\nconnected\n/);
        await withKernel(
          running(),
          async (alone) => {
            assert.equal(await alone.run(asked), "ConnectionRefusedError\nConnectionRefusedError\n/mnt/data ['lo']");
          },
          user === undefined ? {} : { owner: user },
        );
      } finally {
        abstract.close();
      }
    });
  });
}
