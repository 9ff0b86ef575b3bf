// What comes back from a kernel: streams, rich outputs, and what they become.
import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/core/run/events.ts';
import { newMessage, run, testInterpreter } from '../support/interpreter.ts';

describe('the outputs of a run', () => {
  it('a table comes as text and as HTML', async () => {
    const { outputs, result } = await run("import pandas as pd\npd.DataFrame({'a': [1]})");
    const [output] = outputs;
    assert.ok(output?.output_type === 'execute_result');
    assert.match(String(output.data['text/html']), /<table/);
    assert.match(result ?? '', /a\n0 {2}1/);
  });

  it('update_display_data changes what is there, in its place', async () => {
    const events: RunEvent[] = [];
    const { outputs } = await run(
      "handle = display('first', display_id=True)\nprint('between')\nhandle.update('second')",
      { onEvent: (event) => events.push(event) },
    );
    assert.deepEqual(
      outputs.map((output) => ('data' in output ? output.data['text/plain'] : output.output_type)),
      ["'second'", 'stream'],
    );
    const shown = events.filter((event) => event.kind === 'output');
    assert.deepEqual(
      shown.map(({ replaces }) => replaces),
      [false, true],
    );
    assert.equal(shown[0]?.displayId, shown[1]?.displayId);
  });

  it('clear_output takes away what was shown; with wait=True only when something new comes', async () => {
    const code = `from IPython.display import clear_output
print('gone')
clear_output()
print('replaced')
clear_output(wait=True)
print('last')
clear_output(wait=True)`;
    const { outputs, stdout } = await run(code);
    assert.deepEqual(outputs, [{ output_type: 'stream', name: 'stdout', text: 'last\n' }]);
    assert.match(stdout, /gone\nreplaced\nlast\n/);
  });

  it('ANSI stays in the outputs, and is absent from plain text', async () => {
    const result = await run("print('\\x1b[31mred\\x1b[0m')\nraise ValueError('\\x1b[1mbold\\x1b[0m')");
    assert.equal(result.stdout, 'red\n');
    assert.equal(result.error?.value, 'bold');
    assert.doesNotMatch(JSON.stringify(result.error), /\\u001b/);
    const [stream, error] = result.outputs;
    assert.ok(stream?.output_type === 'stream' && error?.output_type === 'error');
    assert.match(stream.text, /\u001b\[31mred/);
    assert.match(error.traceback.join(''), /\u001b\[/);
  });

  it('line numbers are those of the code', async () => {
    const { error } = await run('\n \n\nx = 1\nraise KeyError(x)');
    assert.match(error?.traceback.join('\n') ?? '', /line 5/);
  });

  it('stdout and stderr are apart and in order', async () => {
    const { outputs, stdout, stderr } = await run(
      "import sys\nprint('out', flush=True)\nprint('err', file=sys.stderr, flush=True)\nprint('out again')",
    );
    assert.deepEqual([stdout, stderr], ['out\nout again\n', 'err\n']);
    assert.deepEqual(
      outputs.map((output) => output.output_type === 'stream' && output.name),
      ['stdout', 'stderr', 'stdout'],
    );
  });

  it('200,000 lines come whole, or the loss is told to the byte', async () => {
    const notices: RunEvent[] = [];
    const { stdout, status } = await run('for i in range(200_000): print(i)', {
      onEvent: (event) => event.kind === 'notice' && notices.push(event),
    });
    assert.equal(status, 'ok');
    const bytes = Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join('').length;
    const lost = notices.reduce(
      (sum, event) => (event.kind === 'notice' && event.notice.code === 'output.lost' ? sum + event.notice.bytes : sum),
      0,
    );
    assert.equal(stdout.length + lost, bytes);
  });

  it('what subprocesses print is there too', async () => {
    const { stdout } = await run('!echo from the shell; pwd');
    assert.match(stdout, /from the shell\r?\n\/mnt\/data/);
  });

  it('input() and getpass() are answered by whoever runs it', async () => {
    const asked: unknown[] = [];
    const { stdout, status } = await run(
      "import getpass\nname = input('Name? ')\nword = getpass.getpass('Word? ')\nprint(name, len(word))",
      {
        onInput: (prompt, password) => {
          asked.push([prompt, password]);
          return Promise.resolve(password ? 'secret' : 'Ada');
        },
      },
    );
    assert.equal(status, 'ok');
    assert.match(stdout, /Ada 6\n/);
    assert.deepEqual(asked, [
      ['Name? ', false],
      ['Word? ', true],
    ]);
  });

  it('input() with nobody to ask is an error of the code, and no silent wait', async () => {
    const { status, error } = await run("input('Name? ')");
    assert.equal(status, 'error');
    assert.equal(error?.name, 'StdinNotImplementedError');
  });

  it('a run that waits for input can be stopped', async () => {
    const controller = new AbortController();
    const { status } = await run("input('Name? ')", {
      signal: controller.signal,
      onInput: () => {
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    assert.equal(status, 'interrupted');
  });

  it('the result is remembered in the registry as it was given', async () => {
    const interpreter = await testInterpreter();
    const key = newMessage(interpreter);
    const result = await run("print('x')", { key });
    const record = interpreter.registry.getRun(interpreter.user, result.run_id);
    assert.equal(record?.resultJson, JSON.stringify(result));
    assert.equal(record.code, "print('x')");
  });
});
