// What the kernel wrapper hides on demand: the home folder and the network. As this user, and as a plain one where this is root.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { probeMountSupport } from '../../../../src/core/kernel/wrapper/mountSupport.ts';
import {
  giveTo,
  isRoot,
  makeScene,
  plainUser,
  runWrapped,
  type WrappedOptions,
  type WrapperScene,
} from '../../../support/wrapped.ts';

const write = (path: string, text: string): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
};

/** A home folder with a secret, settings, packages and a Python environment. */
const makeHome = (scene: WrapperScene): string => {
  const home = join(scene.folder, 'home');
  for (const [path, text] of Object.entries({
    '.ssh/id': 'secret',
    'documents/letter.txt': 'private',
    '.config/pip/pip.conf': '[global]',
    '.config/browser/cookies': 'secret',
    '.cache/matplotlib/fontlist.json': '{}',
    '.ipython/profile_default/ipython_config.py': '# mine',
    '.ipython/profile_default/history.sqlite': 'code of other messages',
    '.local/lib/python3/site-packages/package.py': 'value = 1',
    '.local/share/keyrings/login': 'secret',
    'environment/lib/library.txt': 'library',
    'kernels/launch.py': 'launch',
  })) {
    write(join(home, path), text);
  }
  writeFileSync(join(home, 'environment/lib/library.txt'), 'library');
  mkdirSync(join(home, 'environment/bin'));
  writeFileSync(join(home, 'environment/bin/program'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  return home;
};

/** The scene's connection file says that the gateway uses socket files in a folder of their own. */
const overSocketFiles = (scene: WrapperScene): string => {
  const sockets = join(scene.folder, 'sockets', 'one');
  mkdirSync(sockets, { recursive: true });
  writeFileSync(
    scene.connectionFile,
    JSON.stringify({ shell_port: 1, ip: join(sockets, 'k'), key: 'mine', transport: 'ipc' }, null, 2),
  );
  return sockets;
};

const users = [
  { who: 'this user', user: undefined },
  { who: 'a plain user', user: plainUser },
];

for (const { who, user } of users) {
  describe(`mounted-kernel, hiding more, as ${who}`, function hiding() {
    this.timeout(30_000);
    let scene: WrapperScene;
    let home: string;
    let sockets: string;

    before(async function needsMounts() {
      const support = await probeMountSupport();
      if (!support.supported || (user !== undefined && !isRoot)) {
        console.warn(`not tested: ${support.supported ? 'only root can become another user' : support.reason}`);
        this.skip();
      }
      scene = await makeScene();
      home = makeHome(scene);
      sockets = overSocketFiles(scene);
      if (user !== undefined) {
        giveTo(user, scene.folder);
      }
    });

    const run = (
      command: readonly string[],
      options: readonly string[],
      more: WrappedOptions = {},
    ): ReturnType<typeof runWrapped> =>
      runWrapped(scene, command, {
        options,
        ...more,
        env: { HOME: home, ...more.env },
        ...(user !== undefined && { user }),
      });
    const sh = (script: string, ...options: string[]): string => {
      const { output, complaint } = run(['sh', '-c', script], options);
      assert.equal(complaint, '');
      return output;
    };

    it('shows the home folder unless told otherwise', () => {
      assert.equal(sh('cat ~/.ssh/id'), 'secret');
    });

    it('gives it an empty home of its own with packages, fonts and settings, and without secrets', () => {
      assert.deepEqual(sh('cd ~; find . -type f | sort', '--hide-home').split('\n'), [
        './.cache/matplotlib/fontlist.json',
        './.config/pip/pip.conf',
        './.ipython/profile_default/ipython_config.py',
        './.local/lib/python3/site-packages/package.py',
      ]);
    });

    it('lets it write to its home, where nothing of that stays', () => {
      assert.equal(
        sh('cd ~; mkdir -p .cache/new; echo x > .cache/matplotlib/x; echo x > y; ls; pwd', '--hide-home'),
        `y\n${home}`,
      );
      assert.deepEqual([existsSync(join(home, 'y')), existsSync(join(home, '.cache/matplotlib/x'))], [false, false]);
    });

    it('keeps packages writable and settings read-only', () => {
      sh('echo x > ~/.local/lib/installed', '--hide-home');
      assert.equal(readFileSync(join(home, '.local/lib/installed'), 'utf8'), 'x\n');
      assert.match(
        run(['sh', '-c', 'echo x > ~/.config/pip/pip.conf'], ['--hide-home']).complaint,
        /Read-only file system/,
      );
      assert.equal(readFileSync(join(home, '.config/pip/pip.conf'), 'utf8'), '[global]');
    });

    it("keeps the program's environment inside the home folder, writable, and the files that its command names", () => {
      const script = 'cat "$1"; cat ~/environment/lib/library.txt; echo x > ~/environment/lib/new; ls -m ~';
      const program = join(home, 'environment/bin/program');
      const { output, complaint } = run(
        [program, 'sh', '-c', script, 'sh', join(home, 'kernels/launch.py')],
        ['--hide-home'],
      );
      assert.deepEqual([output, complaint], ['launchlibraryenvironment, kernels', '']);
      assert.ok(existsSync(join(home, 'environment/lib/new')));
    });

    it("treats the account's home like $HOME where they are two", () => {
      const account = join(scene.folder, 'account');
      const bin = join(scene.folder, 'own-getent');
      const entry = `name:x:1:1::${account}:/bin/sh`;
      write(join(account, 'secret.txt'), 'secret');
      write(join(account, 'kernels/launch.py'), 'launch');
      write(join(account, 'environment/lib/library.txt'), 'library');
      for (const [path, script] of Object.entries({
        [join(bin, 'getent')]: `echo '${entry}'`,
        [join(account, 'environment/bin/program')]: 'exec "$@"',
        [join(account, 'bin/own')]: 'exec "$@"',
      })) {
        write(path, '');
        writeFileSync(path, `#!/bin/sh\n${script}\n`);
        chmodSync(path, 0o755);
      }
      const seen = (program: string): readonly string[] => {
        const script = 'cat "$1" "$2"; ls -m "$3" ~';
        const named = [join(account, 'kernels/launch.py'), join(home, 'kernels/launch.py'), account];
        const env = { PATH: `${bin}:/usr/bin:/bin` };
        const command = [join(account, program), 'sh', '-c', script, 'sh', ...named];
        const { output, complaint } = run(command, ['--hide-home'], { env });
        assert.equal(complaint, '');
        return output.split('\n');
      };
      const both = [`launchlaunch${account}:`, 'environment, kernels', '', `${home}:`, 'kernels'];
      assert.deepEqual(seen('environment/bin/program'), both);
      // Not the whole home for a program in its bin.
      assert.deepEqual(seen('bin/own'), both.with(1, 'bin, kernels'));
    });

    it('does not show the whole home folder for a program in its bin', () => {
      mkdirSync(join(home, 'bin'));
      writeFileSync(join(home, 'bin/own'), '#!/bin/sh\nls -m ~; ls ~/bin\n', { mode: 0o755 });
      assert.equal(run([join(home, 'bin/own')], ['--hide-home']).output, 'bin\nown');
    });

    it('does not start with the home folder in sight where there is none to hide', () => {
      const { output } = run(['sh', '-c', 'echo "$CODE_INTERPRETER_MOUNT_FAILURE"'], ['--hide-home'], {
        env: { HOME: '/nonexistent' },
      });
      // The table of users has a home for this user; nobody has none.
      assert.equal(output, user === undefined ? '' : 'the home folder that is to be hidden is not known');
    });

    it("finds the kernel's sockets in their folder, and no other kernel's", () => {
      mkdirSync(join(sockets, '../two'), { recursive: true });
      assert.equal(sh(`ls ${join(sockets, '..')}; echo > ${sockets}/k-1`), 'one');
      assert.ok(existsSync(join(sockets, 'k-1')));
    });

    it('has no network but its own loopback, and no abstract socket of this machine', async () => {
      const abstract = createServer();
      const port = createServer();
      await new Promise<void>((resolve) => abstract.listen(`\0hiding-${process.pid}-${String(user)}`, resolve));
      await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
      const address = port.address();
      assert.ok(typeof address === 'object' && address);
      const script = `
import socket
def tried(family, address):
    with socket.socket(family) as client:
        try: client.connect(address); return 'connected'
        except OSError as error: return type(error).__name__
print(tried(socket.AF_UNIX, '\\0hiding-${process.pid}-${String(user)}'), tried(socket.AF_INET, ('127.0.0.1', ${address.port})))
print([name for _, name in socket.if_nameindex()])
`;
      const python = ['/usr/bin/python3', '-c', script];
      try {
        assert.match(run(python, []).output, /^connected connected\n/);
        assert.equal(run(python, ['--hide-network']).output, "ConnectionRefusedError ConnectionRefusedError\n['lo']");
      } finally {
        abstract.close();
        port.close();
      }
    });

    it('has no network either where nothing is mounted', () => {
      const { output } = run(
        ['sh', '-c', 'pwd; id -u; ls /sys/class/net | wc -l; cat /proc/net/dev | grep -c :'],
        ['--hide-network'],
        {
          env: { KERNEL_CODE_INTERPRETER_GROUNDING: 'translated' },
        },
      );
      assert.match(output, new RegExp(`^/\n${String(user ?? process.getuid?.())}\n\\d+\n1$`));
    });

    it('does not start without network where the gateway speaks TCP', () => {
      const other = join(scene.folder, 'tcp', 'kernel.json');
      mkdirSync(join(scene.folder, 'tcp'), { recursive: true });
      writeFileSync(other, JSON.stringify({ ip: '127.0.0.1', transport: 'tcp' }, null, 2));
      const { status, output, complaint } = run(['echo', 'started'], ['--hide-network', '--connection-file', other]);
      assert.deepEqual(
        [status, output, complaint],
        [1, '', 'mounted-kernel: the network is to be hidden, and the gateway reaches this kernel through it'],
      );
    });
  });
}
