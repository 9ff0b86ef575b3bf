// The request that starts the kernel's side, run in a plain Python, and what is read from the answer.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bootstrapRequest,
  type BootstrapOptions,
  mappingOf,
  nonceAnswer,
  parseBootstrapReply,
  seesWorkspace,
} from '../../../src/core/kernel/bootstrap.ts';
import { parseReport, reportExpressions } from '../../../src/core/kernel/report.ts';
import { removeHomeOf, temporaryFolder } from '../../support/places.ts';
import { findPython, runPython } from '../../support/python.ts';
import { skipBecause } from '../../support/skipping.ts';

const nonce = { name: '.probe', content: 'a secret', answerName: '.answer' };

const optionsFor = (workspace: string | null, more: Partial<BootstrapOptions> = {}): BootstrapOptions => ({
  virtualPath: '/mnt/data',
  workspace,
  nonce,
  grounding: 'auto',
  ...more,
});

/** Runs requests one after the other in one Python, as a kernel does; each value as a reply to user expressions. */
const asKernel = `
import json, sys
given = json.load(sys.stdin)
namespace = {}
replies = []
for request in given:
    exec(request['code'], namespace)
    replies.append({'user_expressions': {name: {'status': 'ok', 'data': {'text/plain': repr(eval(text, namespace))}}
                                         for name, text in request['userExpressions'].items()}})
replies.append(sorted(name for name in namespace if name != '__builtins__'))
json.dump(replies, sys.stdout)
`;

describe('the start of the kernel side', () => {
  let python: string;
  let workspace: string;
  let temporary: string;

  before(async function () {
    const found = findPython();
    if ('missing' in found) {
      skipBecause(this, found.missing);
    }
    python = found.path;
    temporary = await temporaryFolder('python');
    workspace = join(await realpath(await temporaryFolder('kernel')), "it's ü $x");
    await mkdir(workspace);
    await writeFile(join(workspace, nonce.name), nonce.content);
  });

  const ask = (...requests: { code: string; userExpressions: Record<string, string> }[]): unknown[] =>
    runPython(python, asKernel, requests, temporary) as unknown[];

  it('proves a shared folder both ways, works in it, and leaves nothing in the names of the user', async () => {
    const [reply, names] = ask(bootstrapRequest(optionsFor(workspace)));
    const probe = parseBootstrapReply(reply);
    assert.ok(probe);
    assert.deepEqual(probe.problems, []);
    assert.deepEqual(
      [probe.mounted, probe.shared, probe.answered, probe.grounding, probe.workspace, probe.cwd],
      [false, true, true, 'translated', workspace, '/mnt/data'],
    );
    assert.equal(await readFile(join(workspace, nonce.answerName), 'utf8'), nonceAnswer(nonce.content));
    assert.deepEqual(mappingOf(probe), { realPaths: [workspace] });
    assert.ok(seesWorkspace(probe));
    assert.deepEqual(names, []);
  });

  it('makes a private folder where the workspace is not to be seen', () => {
    for (const elsewhere of ['/no/such/folder', null]) {
      const [reply] = ask(
        bootstrapRequest({ ...optionsFor(elsewhere), owner: { name: 'owner', content: 'mark', home: randomUUID() } }),
      );
      const probe = parseBootstrapReply(reply);
      assert.ok(probe);
      assert.deepEqual([probe.shared, probe.answered, seesWorkspace(probe)], [false, false, false]);
      assert.deepEqual(readdirSync(probe.workspace), []);
      assert.equal(readFileSync(join(probe.workspace, '..', 'owner'), 'utf8'), 'mark');
      removeHomeOf(probe.workspace);
    }
  });

  it('makes a private folder where that is wanted, though the workspace is to be seen', () => {
    const [reply] = ask(bootstrapRequest({ ...optionsFor(workspace), private: true }));
    const probe = parseBootstrapReply(reply);
    assert.ok(probe);
    assert.deepEqual([probe.shared, probe.mounted, probe.workspace === workspace], [false, false, false]);
    removeHomeOf(probe.workspace);
  });

  it('is not taken in by a folder that holds another nonce', () => {
    const [reply] = ask(bootstrapRequest({ ...optionsFor(workspace), nonce: { ...nonce, content: 'another' } }));
    assert.equal(parseBootstrapReply(reply)?.shared, false);
  });

  it('can be repeated, and pointed at another folder', async () => {
    const other = join(await realpath(await temporaryFolder('kernel')), 'm2');
    await mkdir(other);
    await writeFile(join(other, nonce.name), nonce.content);
    const write = { code: "open('/mnt/data/w', 'w').write('x'); open('r', 'w').close()", userExpressions: {} };
    const again = { ...nonce, answerName: '.again' };
    const replies = ask(
      bootstrapRequest({ ...optionsFor(workspace), nonce: again }),
      bootstrapRequest({ ...optionsFor(workspace), nonce: { ...again, answerName: '.once-more' } }),
      bootstrapRequest(optionsFor(other)),
      write,
    );
    const probes = replies.slice(0, 3).map(parseBootstrapReply);
    assert.deepEqual(
      probes.map((probe) => [probe?.workspace, probe?.answered, probe?.problems.length]),
      [
        [workspace, true, 0],
        [workspace, true, 0],
        [other, true, 0],
      ],
    );
    assert.deepEqual((await readdir(other)).sort(), ['.answer', '.probe', 'r', 'w']);
  });

  it('repairs an environment that a gateway has stripped', () => {
    const [, reply, found] = ask(
      {
        code: "import os; os.environ.clear(); os.environ['PYTHONIOENCODING'] = 'nonsense'",
        userExpressions: {},
      },
      bootstrapRequest(optionsFor(workspace, { nonce: { ...nonce, answerName: '.stripped' } })),
      {
        code: '',
        userExpressions: {
          found: "' '.join(n for n in ('PATH', 'HOME', 'LANG', 'PYTHONIOENCODING') if n in os.environ)",
        },
      },
    );
    assert.equal(parseBootstrapReply(reply)?.problems.length, 0);
    const text = (found as { user_expressions: { found: { data: Record<string, string> } } }).user_expressions.found
      .data;
    assert.equal(text['text/plain'], "'PATH HOME LANG'");
  });

  it('can be taken away again, without a trace', () => {
    const remember =
      'import builtins, io, os, subprocess, sys, traceback; held = lambda: [builtins.open, io.open_code, dict(vars(os)), ' +
      'subprocess.Popen.__init__, sys.excepthook, traceback.walk_tb, list(sys.meta_path), dict(os.environ), set(os.supports_fd)]; was = held()';
    const [, , , found] = ask(
      {
        code: `import os; os.environ.update(PATH=os.path.dirname(__import__('sys').executable) + ':/bin', HOME='/', LANG='C.UTF-8'); ${remember}`,
        userExpressions: {},
      },
      bootstrapRequest(optionsFor(workspace, { nonce: { ...nonce, answerName: '.away' } })),
      {
        code: "translated = open is not was[0]; __import__('sys').modules['_code_interpreter'].stop()",
        userExpressions: {},
      },
      {
        code: '',
        userExpressions: {
          found:
            "(translated, [a == b for a, b in zip(held(), was)], [n for n in sys.modules if 'code_interpreter' in n])",
        },
      },
    );
    const { data } = (found as { user_expressions: { found: { data: Record<string, string> } } }).user_expressions
      .found;
    assert.equal(data['text/plain'], `(True, [${Array.from({ length: 9 }, () => 'True').join(', ')}], [])`);
  });

  it('reports where a run ended', () => {
    const [, , reply] = ask(
      bootstrapRequest(optionsFor(workspace, { nonce: { ...nonce, answerName: '.report' } })),
      { code: "import os; os.makedirs('/mnt/data/sub', exist_ok=True); os.chdir('sub')", userExpressions: {} },
      { code: '', userExpressions: reportExpressions() },
    );
    assert.deepEqual(parseReport(reply), {
      savedFigures: [],
      outside: [],
      moreOutside: 0,
      stdoutBytes: 0,
      stderrBytes: 0,
      displays: 0,
      cwd: '/mnt/data/sub',
      error: null,
    });
  });
});

describe('the answer of the kernel side', () => {
  it('is refused when it is none', () => {
    for (const reply of [
      undefined,
      {},
      { user_expressions: {} },
      { user_expressions: { code_interpreter: { status: 'error', ename: 'KeyError', evalue: '' } } },
      { user_expressions: { code_interpreter: { status: 'ok', data: { 'text/plain': "'not JSON'" } } } },
      { user_expressions: { code_interpreter: { status: 'ok', data: { 'application/json': { mounted: true } } } } },
    ]) {
      assert.equal(parseBootstrapReply(reply), undefined);
      assert.equal(parseReport(reply), undefined);
    }
  });
});
