// The kernel wrapper without a gateway: what a program behind it sees, what it can't undo, and when it runs without the mount.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'mocha';
import { probeMountSupport } from '../../../../src/core/kernel/wrapper/mountSupport.ts';
import {
  giveTo,
  isRoot,
  makeScene,
  plainUser,
  runWrapped,
  startWrapped,
  type WrappedOptions,
  type WrapperScene,
} from '../../../support/wrapped.ts';

/** Prints where it runs, and the reason where that is not the workspace. */
const whereAndWhy = ['sh', '-c', 'pwd -P; echo "${CODE_INTERPRETER_MOUNT_FAILURE-none}"'];

/** Tries to unmount, as hard as the system allows: all flags, by path. */
const unmount = (paths: readonly string[]): string => `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for path in ${JSON.stringify(paths)}:
    for flags in (0, 1, 2, 8):
        assert libc.umount2(path.encode(), flags) == -1, path
        print(path, os.strerror(ctypes.get_errno()))
`;

const firstLine = async (child: ChildProcess): Promise<string> => {
  assert.ok(child.stdout);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
};

/** The processes whose environment has this mark; those that have ended are not among them. */
const marked = (mark: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);

const gone = async (mark: string): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (marked(mark).length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(marked(mark), []);
};

/** Waits until so many processes carry the mark: what is started in the background comes up when it comes up. */
const started = async (mark: string, count: number): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (marked(mark).length < count && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(marked(mark).length >= count, `${marked(mark).length} of ${count} processes`);
};

describe('mounted-kernel', function wrapper() {
  this.timeout(30_000);
  let scene: WrapperScene;

  before(async function needsMounts() {
    const support = await probeMountSupport();
    if (!support.supported) {
      // Not a failure of ours, but never in silence.
      console.warn(`mounted-kernel is not tested: ${support.reason}`);
      this.skip();
    }
    scene = await makeScene();
  });

  const run = (command: readonly string[], options?: WrappedOptions): ReturnType<typeof runWrapped> =>
    runWrapped(scene, command, options);
  const sh = (script: string, options?: WrappedOptions): string => run(['sh', '-c', script], options).output;
  const python = (script: string, options?: WrappedOptions): ReturnType<typeof runWrapped> =>
    run(['/usr/bin/python3', '-c', script], options);

  it('runs the command in the workspace, which is /mnt/data', () => {
    assert.equal(sh('pwd -P; echo "$PWD"; ls; echo new > /mnt/data/new.txt'), '/mnt/data\n/mnt/data\nmine.txt');
    assert.equal(readFileSync(join(scene.workspace, 'new.txt'), 'utf8'), 'new\n');
  });

  it('hides the data folder, the other messages and the other connection files', () => {
    const { output } = run(['sh', '-c', 'find "$1" | sort', 'sh', scene.data]);
    assert.deepEqual(output.split('\n'), [
      scene.data,
      join(scene.data, 'gateway'),
      dirname(scene.connectionFile),
      scene.connectionFile,
    ]);
    assert.equal(sh(`cat ${scene.connectionFile}`), '{"key":"mine"}');
  });

  it('shows no other process, and no environment of its own helpers', () => {
    assert.match(sh('ls -d /proc/[0-9]* | wc -l; cat /proc/1/environ 2>&1'), /^[234]\n.*[Pp]ermission denied/);
  });

  it('takes what the gateway is told, and its secrets, out of the environment', () => {
    const output = sh('env', { env: { EG_AUTH_TOKEN: 'secret', TMPDIR: '/nowhere', XDG_RUNTIME_DIR: '/run/user/1' } });
    assert.doesNotMatch(output, /secret|CODE_INTERPRETER|MOUNTED_KERNEL|TMPDIR|RUNTIME/);
    assert.match(output, /^PATH=\/usr\/local\/bin:\/usr\/bin:\/bin$/m);
  });

  it('keeps the other entries of /mnt, and refuses what would be lost beside them', () => {
    const others = readdirSync('/mnt').filter((name) => name !== 'data');
    assert.deepEqual(sh('ls -A /mnt').split('\n'), [...others, 'data'].sort());
    assert.match(run(['sh', '-c', 'echo x > /mnt/lost.txt']).complaint, /Read-only/);
  });

  it('gives it temporary folders of its own', () => {
    writeFileSync(join(scene.folder, 'outside.txt'), 'outside');
    assert.equal(
      sh(
        `ls ${scene.folder}/outside.txt 2>/dev/null; for f in /tmp /var/tmp /dev/shm; do echo x > $f/x && echo $f; done`,
      ),
      '/tmp\n/var/tmp\n/dev/shm',
    );
  });

  it('runs as the same user, who can unmount nothing of it', () => {
    assert.equal(sh('id -u; id -g'), `${process.getuid?.()}\n${process.getgid?.()}`);
    const { status, output, complaint } = python(unmount(['/mnt/data', '/mnt', '/proc', '/tmp', '/run/user']));
    assert.equal(complaint, '');
    assert.equal(status, 0);
    assert.equal(output.split('\n').length, 20);
  });

  it('does all that for a plain user too', async function plain() {
    if (!isRoot) {
      this.skip();
    }
    const own = await makeScene();
    giveTo(plainUser, own.folder);
    const script = `
import os
assert os.getuid() == ${plainUser} and os.getcwd() == '/mnt/data'
assert os.listdir('${own.data}') == ['gateway']
open('made.txt', 'w').write('made')
${unmount(['/mnt/data', '/proc'])}
print('done')
`;
    const { output, complaint } = runWrapped(own, ['/usr/bin/python3', '-c', script], { user: plainUser });
    assert.equal(complaint, '');
    assert.match(output, /done$/);
    assert.equal(readFileSync(join(own.workspace, 'made.txt'), 'utf8'), 'made');
  });

  it('carries the exit status and a death by signal', () => {
    assert.equal(run(['sh', '-c', 'exit 7']).status, 7);
    assert.equal(run(['sh', '-c', 'kill -KILL $$']).status, 137);
    assert.equal(run(['sh', '-c', 'kill -SEGV $$']).status, 139);
    assert.equal(run(['/nonexistent/python']).status, 127);
  });

  it('keeps standard output and error apart, byte for byte', () => {
    const { output, complaint } = run(['sh', '-c', 'printf out; printf err >&2']);
    assert.deepEqual([output, complaint], ['out', 'err']);
  });

  const interruptsOnly = async (options: WrappedOptions): Promise<void> => {
    const script = `
import time
try:
    print('ready', flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print('interrupted', flush=True)
time.sleep(60)
`;
    const child = startWrapped(scene, ['/usr/bin/python3', '-c', script], options);
    assert.ok(child.pid !== undefined && child.stdout);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'ready');
    process.kill(-child.pid, 'SIGINT');
    assert.equal((await lines.next()).value, 'interrupted');
    process.kill(-child.pid, 'SIGTERM');
    await once(child, 'close');
  };

  it('lets an interrupt of its group through to the program only', async () => {
    await interruptsOnly({});
  });

  it('does so with an unshare that leaves signals ignored', async () => {
    const bin = join(scene.folder, 'old-unshare');
    mkdirSync(bin);
    writeFileSync(join(bin, 'unshare'), '#!/bin/sh\ntrap "" INT TERM\nexec /usr/bin/unshare "$@"\n', { mode: 0o755 });
    await interruptsOnly({ env: { PATH: `${bin}:/usr/bin:/bin` } });
  });

  it('reaps the orphans that the program leaves', () => {
    const script =
      'for i in 1 2 3; do sh -c "sleep 0 &"; done; while ps -eo stat= | grep -q ^Z; do :; done; echo clean';
    assert.equal(sh(script), 'clean');
  });

  it('ends with all that it started when the gateway is killed', async () => {
    const mark = `marked-${process.pid}-${Date.now()}`;
    // The gateway: it starts the wrapper, and is killed without a chance to do anything.
    const starter = `
import os, subprocess, sys
subprocess.Popen(sys.argv[1:], start_new_session=True)
import time; time.sleep(60)
`;
    const command = ['sh', '-c', 'setsid sleep 60 & setsid sh -c "sleep 61 & sleep 62" & echo ready; sleep 63'];
    const args = [
      ...['-c', starter, 'sh', join(scene.folder, 'mounted-kernel'), '--root', scene.uploads],
      ...['--connection-file', scene.connectionFile, '--', ...command],
    ];
    const gateway = spawn('/usr/bin/python3', args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: '/usr/bin:/bin',
        MARK: mark,
        KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(scene.workspace).toString('base64'),
      },
    });
    assert.equal(await firstLine(gateway), 'ready');
    await started(mark, 8);
    gateway.kill('SIGKILL');
    await gone(mark);
  });

  describe('runs the command without the mount, and says why,', () => {
    const why = (options: WrappedOptions, expected: string): void => {
      assert.equal(run(whereAndWhy, options).output, `/\n${expected}`);
    };
    const notAFolder = "the workspace is not a folder on the kernel's machine";
    const notAllowed = 'the workspace is not one of the folders that may be mounted';

    it('for a workspace that is missing, a file, no path or no base64', () => {
      why({ workspace: join(scene.uploads, 'missing') }, notAFolder);
      why({ workspace: join(scene.workspace, 'mine.txt') }, notAFolder);
      why({ workspace: 'm1' }, notAFolder);
      why({ env: { KERNEL_CODE_INTERPRETER_WORKSPACE: '%%%' } }, notAFolder);
    });

    it('for one outside of the root, the root itself, a folder inside a workspace, and the store of kept files', () => {
      mkdirSync(join(scene.workspace, 'inner'), { recursive: true });
      for (const workspace of [
        scene.folder,
        scene.uploads,
        `${scene.uploads}/m1/../..`,
        '/',
        join(scene.workspace, 'inner'),
        join(scene.uploads, 'code_generated'),
      ]) {
        why({ workspace }, notAllowed);
      }
    });

    it('for a link, wherever it leads', () => {
      symlinkSync(join(scene.uploads, 'm2'), join(scene.uploads, 'link'));
      why({ workspace: join(scene.uploads, 'link') }, notAFolder);
      why({ workspace: `${join(scene.uploads, 'link')}/` }, notAFolder);
    });

    it('for a path with a line break in it', () => {
      mkdirSync(join(scene.uploads, 'a\nb'));
      why({ workspace: join(scene.uploads, 'a\nb') }, 'a path has a line break in it');
    });

    it('where a tool of util-linux is missing', () => {
      const tools = join(scene.folder, 'tools');
      mkdirSync(tools);
      for (const tool of ['sh', 'base64', 'mount', 'umount', 'setpriv', 'readlink', 'id', 'sort']) {
        symlinkSync(
          spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(),
          join(tools, tool),
        );
      }
      why({ env: { PATH: tools } }, 'unshare is not installed');
    });

    it('where the system gives no user namespaces', () => {
      // A user namespace in which no further one is allowed.
      const outer = ['-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', 'sh'];
      const { stdout } = spawnSync(
        'unshare',
        [
          ...[...outer, 'sh', join(scene.folder, 'mounted-kernel'), '--root', scene.uploads],
          ...['--connection-file', scene.connectionFile, '--', ...whereAndWhy],
        ],
        {
          encoding: 'utf8',
          cwd: '/',
          env: {
            PATH: '/usr/bin:/bin',
            KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(scene.workspace).toString('base64'),
          },
        },
      );
      assert.match(stdout, /^\/\nunshare: unshare failed: .+\n$/);
    });

    it('but not where the mount is required', () => {
      const { status, complaint, output } = run(whereAndWhy, {
        workspace: scene.uploads,
        options: ['--required'],
      });
      assert.deepEqual([status, output], [1, '']);
      assert.equal(complaint, `mounted-kernel: ${notAllowed}`);
    });
  });

  it('runs the command as it is, and says nothing, where no mount was asked for', () => {
    assert.equal(run(whereAndWhy, { env: { KERNEL_CODE_INTERPRETER_GROUNDING: 'translated' } }).output, '/\nnone');
    assert.equal(run(whereAndWhy, { env: { KERNEL_CODE_INTERPRETER_WORKSPACE: '' } }).output, '/\nnone');
  });

  it("mounts one user's folders only, where the root is one for each user", () => {
    const users = join(scene.folder, 'users');
    for (const folder of ['ada/m1', 'bob/m1', 'ada/code_generated']) {
      mkdirSync(join(users, folder), { recursive: true });
    }
    symlinkSync(join(users, 'bob'), join(users, 'eve'));
    const where = (name: string, workspace: string): string =>
      run(['sh', '-c', 'pwd -P; ls -A "$1"', 'sh', users], {
        workspace: join(users, workspace),
        env: { KERNEL_USERNAME: name },
        options: ['--root-of-users', users],
      }).output;
    assert.equal(where('ada', 'ada/m1'), '/mnt/data');
    for (const [name, workspace] of [
      ['ada', 'bob/m1'],
      ['eve', 'bob/m1'],
      ['eve', 'eve/m1'],
      ['', 'ada/m1'],
      ['..', 'users/ada'],
      ['ada/..', 'ada'],
      ['ada', 'ada/code_generated'],
    ] as const) {
      assert.match(where(name, workspace), /^\/\n/, `${name} ${workspace}`);
    }
  });

  it('works with names that a shell would take apart', async () => {
    const own = await makeScene();
    const workspace = join(own.uploads, `it's "a" $HOME \\ * é 文 -x`);
    mkdirSync(workspace);
    writeFileSync(join(workspace, 'here'), '');
    assert.equal(
      runWrapped(own, ['sh', '-c', 'pwd -P; ls; echo "$1"', 'sh', '$x "y"'], { workspace }).output,
      '/mnt/data\nhere\n$x "y"',
    );
  });

  it('works with bash as the shell', () => {
    assert.equal(run(whereAndWhy, { shell: 'bash' }).output, '/mnt/data\nnone');
  });

  describe('with the kernel’s program in a folder that is hidden', () => {
    /** A program of its own in <folder>/bin, in a place that the wrapper hides. */
    const program = (folder: string): string => {
      mkdirSync(join(folder, 'bin'), { recursive: true });
      writeFileSync(join(folder, 'lib.txt'), 'needed');
      const path = join(folder, 'bin', 'program');
      writeFileSync(path, '#!/bin/sh\ncat "$(dirname "$0")/../lib.txt"; echo x > "$(dirname "$0")/../lib.txt"\n', {
        mode: 0o755,
      });
      return path;
    };

    it('brings it back read-only, from the temporary folder', () => {
      const { output, complaint } = run([program(join(scene.folder, 'environment'))]);
      assert.equal(output, 'needed');
      assert.match(complaint, /Read-only/);
    });

    it('brings it back under the link that it was started by', async () => {
      const own = await makeScene();
      const elsewhere = await makeScene();
      program(join(elsewhere.folder, 'environment'));
      symlinkSync(join(elsewhere.folder, 'environment'), join(own.folder, 'link'));
      assert.equal(runWrapped(own, [join(own.folder, 'link', 'bin', 'program')]).output, 'needed');
    });

    it('brings it back from inside the data folder, and nothing else of it', () => {
      const path = program(join(scene.data, 'environment'));
      assert.equal(run([path]).output, 'needed');
      const { output } = run(['sh', '-c', 'ls "$1"', 'sh', scene.data], {
        options: ['--keep', join(scene.data, 'environment')],
      });
      assert.deepEqual(output.split('\n').sort(), ['environment', 'gateway']);
    });

    it('hides a data folder that lies inside of it', async () => {
      const own = await makeScene();
      const path = program(own.folder);
      const { output } = runWrapped(own, ['sh', '-c', 'ls "$1" "$1/data"; "$2"', 'sh', own.folder, path], {
        options: ['--keep', own.folder],
      });
      assert.doesNotMatch(output, /uploads/);
      assert.match(output, /needed$/);
    });
  });

  describe('with everything under /mnt', () => {
    /** Runs a script as root of a mount namespace whose /mnt is empty and may be filled. */
    const inOwnMnt = (script: string, { folder }: WrapperScene = scene): string => {
      const { stdout, stderr } = spawnSync(
        'unshare',
        [...(isRoot ? [] : ['-Ur']), '-m', 'sh', '-ec', `mount -t tmpfs tmpfs /mnt; ${script}`, 'sh', folder],
        { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } },
      );
      assert.equal(stderr, '');
      return stdout.trim();
    };
    const wrapped = (command: string): string =>
      `export KERNEL_CODE_INTERPRETER_WORKSPACE=$(printf %s /mnt/disk/data/uploads/m1 | base64)
       sh "$1/mounted-kernel" --root /mnt/disk/data/uploads --hide /mnt/disk/data --connection-file /mnt/disk/data/c/k.json -- ${command}`;

    it('shows the disk without the data folder that it holds', () => {
      const output = inOwnMnt(`
        mkdir -p /mnt/disk/data/uploads/m1 /mnt/disk/data/c /mnt/disk/mine /mnt/data/former; ln -s disk /mnt/link
        echo > /mnt/disk/data/uploads/m1/here; echo > /mnt/disk/data/c/k.json; echo > /mnt/file
        ${wrapped("sh -c 'pwd -P; ls; ls -m /mnt; ls -m /mnt/link/; ls -m /mnt/disk/data'")}`);
      assert.deepEqual(output.split('\n'), ['/mnt/data', 'here', 'data, disk, file, link', 'data, mine', 'c']);
    });

    it('hides the data folder where it shows a second time, whole or in part', async () => {
      const own = await makeScene();
      const output = inOwnMnt(
        `
        mkdir '/mnt/with space' /mnt/part; mount --bind "$1" '/mnt/with space'; mount --bind "$1/data/uploads/m2" /mnt/part
        export KERNEL_CODE_INTERPRETER_WORKSPACE=$(printf %s "$1/data/uploads/m1" | base64)
        sh "$1/mounted-kernel" --root "$1/data/uploads" --hide "$1/data" --connection-file "$1/data/gateway/runtime/kernel-1.json" -- \\
          sh -c 'pwd -P; ls -m "/mnt/with space"; find "/mnt/with space/data" /mnt/part -type f'`,
        own,
      );
      assert.deepEqual(output.split('\n'), ['/mnt/data', 'data, mounted-kernel']);
    });

    it('refuses a program in /mnt/data, with its reason', () => {
      const output = inOwnMnt(`
        mkdir -p /mnt/disk/data/uploads/m1 /mnt/disk/data/c /mnt/data/python/bin; echo > /mnt/disk/data/c/k.json
        printf '#!/bin/sh\\necho "$CODE_INTERPRETER_MOUNT_FAILURE"' > /mnt/data/python/bin/x; chmod +x /mnt/data/python/bin/x
        ${wrapped('/mnt/data/python/bin/x')}`);
      assert.equal(output, "the kernel's program is in /mnt/data, which the workspace takes the place of");
    });
  });

  after(() => {
    // What would show in the user's own /mnt if the view were built in the wrong place.
    assert.ok(!readdirSync('/mnt').includes('.before'));
  });
});
