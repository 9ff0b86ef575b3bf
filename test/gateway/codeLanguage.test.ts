// Code of other languages than Python's on a gateway that has Python only.
import assert from 'node:assert/strict';
import { isCoded } from '../../src/core/errors.ts';
import { newMessage, run, testInterpreter } from '../support/interpreter.ts';

describe('the language of code', () => {
  it('Bash runs beside Python in its kernel: same files, and variables stay', async () => {
    const interpreter = await testInterpreter();
    const key = newMessage(interpreter);
    await run("x = 1\nopen('a.txt', 'w').write('one\\n')", { key, language: 'python' });
    const code = 'cat /mnt/data/a.txt\necho two > b.txt';
    const bash = await run(code, { key, language: 'bash', document: { name: 'a.md', firstLine: 7 } });
    assert.deepEqual([bash.status, bash.stdout], ['ok', 'one\n']);
    assert.deepEqual(
      bash.files.map(({ path }) => path),
      ['/mnt/data/b.txt'],
    );
    const record = interpreter.registry.getRun(interpreter.user, bash.run_id);
    assert.deepEqual([record?.code, record?.language], [code, 'bash']);
    assert.equal((await run('x', { key, language: 'python' })).result, '1');
  });

  it('Bash that fails is an error', async () => {
    const { status, error } = await run('exit 3', { language: 'bash' });
    assert.deepEqual([status, error?.name], ['error', 'CalledProcessError']);
  });

  it('a language that nothing here runs is refused', async () => {
    await assert.rejects(run('fn main() {}', { language: 'rust' }), (error) => isCoded(error, 'kernel.noLanguage'));
  });
});
