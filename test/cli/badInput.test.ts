// Bad input: each one clear sentence with what to do next, the right exit status, no stack trace.
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { command, jsonOf, type CommandEnd, type CommandOptions } from '../support/commandLine.ts';
import { temporaryDataFolder, testGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { needsNamespaces } from '../support/skipping.ts';

interface Expected {
  readonly status: 2 | 3;
  readonly code: string;
  readonly says: RegExp;
}

/** One line for people, and the same in the one JSON value. */
const assertTold = (end: CommandEnd, { status, code, says }: Expected): void => {
  const { error } = jsonOf(end) as { error: { code: string; message: string } };
  assert.equal(error.code, code, end.stderr);
  assert.equal(end.status, status);
  assert.match(error.message, says);
  assert.match(error.message, /\.$/);
  assert.ok(end.stderr.endsWith(`${error.message}\n`), end.stderr);
  assert.doesNotMatch(end.stderr, /\n\s+at /);
};

const listen = async (): Promise<{ server: Server; port: number }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
};

const freePort = async (): Promise<number> => {
  const { server, port } = await listen();
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('bad input', () => {
  let gateway: TestGateway;
  let folder: string;

  const told = async (
    args: readonly string[],
    expected: Expected,
    options: Partial<CommandOptions> = {},
  ): Promise<void> => {
    assertTold(await command([...args, '--json'], { dataFolder: gateway.data.root, ...options }), expected);
  };

  const script = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    await chmod(path, 0o755);
    return path;
  };

  before(async () => {
    gateway = await testGateway();
    folder = await temporaryFolder('bad-input');
  });

  it('no Python', async function hidden() {
    needsNamespaces(this);
    const { root } = await temporaryDataFolder();
    // Pythons are looked for beside the PATH too: the folders they are in are empty here.
    const hide =
      'for folder in /opt/homebrew/bin /usr/local/bin /usr/bin; do [ ! -d $folder ] || mount -t tmpfs tmpfs $folder; done; exec "$0" "$@"';
    await told(
      ['run', '-c', '1'],
      { status: 3, code: 'embedded.noPython', says: /^No Python 3\.10 or newer was found.*Install Python/ },
      {
        dataFolder: root,
        env: { HOME: folder, PYENV_ROOT: folder },
        through: ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', hide],
      },
    );
  });

  it('a Python that is too old', async () => {
    const python = await script('python3.8', `#!/bin/sh\necho '["/old/python3.8", [3, 8], true]'\n`);
    const { root } = await temporaryDataFolder();
    await told(
      ['run', '-c', '1', '--python', python],
      { status: 3, code: 'embedded.unfitPython', says: /Python 3\.8.*Choose another Python/ },
      { dataFolder: root },
    );
  });

  it('a Python for the kernel that has no ipykernel', async () => {
    const python = await script(
      'bare',
      '#!/bin/sh\necho "ModuleNotFoundError: No module named \'ipykernel\'" >&2; exit 1\n',
    );
    const { root } = await temporaryDataFolder();
    await told(
      ['run', '-c', '1', '--yes', '--kernel-python', python],
      { status: 3, code: 'embedded.unfitPython', says: /ipykernel/ },
      { dataFolder: root },
    );
  });

  it('nothing is installed yet, and nobody agreed to it', async () => {
    const { root } = await temporaryDataFolder();
    await told(
      ['run', '-c', '1'],
      { status: 3, code: 'embedded.consentNeeded', says: /about \d+ MB .*Run "gateway start"/ },
      { dataFolder: root, env: { CODE_INTERPRETER_CACHE_DIR: join(folder, 'empty') } },
    );
  });

  it('an address that is none', () =>
    told(['run', '-c', '1', '--gateway', 'ftp://somewhere'], {
      status: 3,
      code: 'gateway.invalidUrl',
      says: /"ftp:\/\/somewhere" is not the address of a gateway/,
    }));

  it('an address where nothing listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await told(['run', '-c', '1', '--gateway', url], {
      status: 3,
      code: 'gateway.unreachable',
      says: /Nothing answers at http:\/\/127\.0\.0\.1:\d+\/ \(ECONNREFUSED\)/,
    });
  });

  it('a wrong path', () =>
    told(['run', '-c', '1', '--gateway', `${gateway.connection.baseUrl}some/where`], {
      status: 3,
      code: 'gateway.wrongPath',
      says: /one answers at http:\/\/127\.0\.0\.1:\d+\/\. Use that address/,
    }));

  it('a wrong token', () =>
    told(
      ['run', '-c', '1', '--gateway', gateway.connection.baseUrl, '--token-env', 'A_TOKEN'],
      { status: 3, code: 'gateway.rejectedToken', says: /does not accept the token\. Enter the token again/ },
      { env: { A_TOKEN: 'wrong' } },
    ));

  it('a variable for the token that is not set', () =>
    told(['run', '-c', '1', '--gateway', gateway.connection.baseUrl, '--token-env', 'NO_SUCH_VARIABLE'], {
      status: 2,
      code: 'usage.invalid',
      says: /NO_SUCH_VARIABLE/,
    }));

  it('an unknown kernel', () =>
    told(['run', '-c', '1', '--kernel', 'cobol'], {
      status: 3,
      code: 'kernel.unknown',
      says: /no kernel "cobol" on this gateway. Choose one of: .*python3/,
    }));

  it('a port that is taken', async () => {
    const { server, port } = await listen();
    try {
      const { root } = await temporaryDataFolder();
      await told(
        ['gateway', 'start', '--port', String(port)],
        { status: 3, code: 'embedded.portTaken', says: new RegExp(`^Port ${port} is taken.*Choose another port`) },
        { dataFolder: root },
      );
    } finally {
      server.close();
    }
  });

  for (const code of ['', ' \n\t']) {
    it(`empty code: ${JSON.stringify(code)}`, () =>
      told(['run', `--code=${code}`], { status: 2, code: 'code.empty', says: /^There is no code to run/ }));
  }

  it('no code at all, an unknown option, an unknown command, a limit that is no number', async () => {
    await told(['run'], { status: 2, code: 'usage.invalid', says: /There is no code/ });
    await told(['run', '--frobnicate'], { status: 2, code: 'usage.invalid', says: /--frobnicate/ });
    await told(['frobnicate'], { status: 2, code: 'usage.invalid', says: /"frobnicate" is no command/ });
    await told(['run', '-c', '1', '--timeout', 'long'], { status: 2, code: 'usage.invalid', says: /--timeout/ });
  });

  it('a transcript that is not there', () =>
    told(['run', '--transcript', join(folder, 'none.md')], {
      status: 2,
      code: 'transcript.unreadable',
      says: /none\.md can't be read/,
    }));

  it('a data folder that can not be written to', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await told(
      ['chats'],
      {
        status: 2,
        code: 'data.notWritable',
        says: /can't be written to \(ENOTDIR.*Choose another one with --data-dir/,
      },
      { dataFolder: join(file, 'below') },
    );
  });

  it('a database of a newer version', async () => {
    const { root, registry } = await temporaryDataFolder();
    await command(['chats'], { dataFolder: root });
    const database = new DatabaseSync(registry);
    database.exec('PRAGMA user_version = 9999');
    database.close();
    await told(
      ['chats'],
      { status: 2, code: 'registry.newer', says: /newer version.*Update, or choose another data folder/ },
      { dataFolder: root },
    );
  });

  it('an attachment that is not there is named; the run goes on without it', async () => {
    const missing = join(folder, 'missing.csv');
    const end = await command(['run', '--attach', missing, '-c', '1'], { dataFolder: gateway.data.root });
    assert.equal(end.status, 0);
    assert.match(end.stdout, /missing\.csv: not attached: /);
    const attached = await command(['attach', '--message', 'm', missing], { dataFolder: gateway.data.root });
    assert.equal(attached.status, 2);
    assert.match(attached.stderr, /missing\.csv can't be attached: .*Check the file/);
    assert.doesNotMatch(attached.stderr, /\n\s+at /);
  });

  it('a file id that nobody has', async () => {
    const output = join(folder, 'out');
    await told(['files', 'get', 'code_gen_nothing_0', '-o', output], {
      status: 2,
      code: 'file.notFound',
      says: /no file "code_gen_nothing_0"/,
    });
  });
});
