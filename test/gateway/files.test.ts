// The files of a message: what is kept, which version, and what must never change.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import { contentOf, keptBy, newMessage, run, testInterpreter, withInterpreter } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';

const savedFigure = `import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
`;

const contentsOf = async (interpreter: Interpreter, result: RunResult): Promise<string[]> =>
  Promise.all(result.files.map(async ({ id }) => (await contentOf(interpreter, id)).toString()));

describe('the files of a run', () => {
  let interpreter: Interpreter;
  let folder: string;

  before(async () => {
    interpreter = await testInterpreter();
    folder = await temporaryFolder('inputs');
  });

  it("a kept file's id is the hash of its bytes, and its details are true", async () => {
    const { files } = await run("import os; os.mkdir('sub')\nopen('/mnt/data/sub/päper 1.csv', 'w').write('1,2')");
    const [file] = files;
    assert.ok(file);
    const sha256 = createHash('sha256').update('1,2').digest('hex');
    assert.equal(file.path, '/mnt/data/sub/päper 1.csv');
    assert.ok(file.id.endsWith(`_${sha256.slice(0, 16)}`), file.id);
    assert.deepEqual([file.name, file.size, file.format, file.status], ['päper 1.csv', 3, 'CSV', 'created']);
    assert.equal((await contentOf(interpreter, file.id)).toString(), '1,2');
    const mode = (await stat(interpreter.registry.openContent(interpreter.user, file.id).path)).mode;
    assert.equal(mode & 0o222, 0);
  });

  it('a modified file is kept anew, and its earlier version stays as it was', async () => {
    const key = newMessage(interpreter);
    const first = await run("open('a.txt', 'w').write('one')", { key });
    const second = await run(
      "import os; s = os.stat('a.txt'); open('a.txt', 'w').write('two'); os.utime('a.txt', ns=(s.st_atime_ns, s.st_mtime_ns))",
      { key },
    );
    const third = await run("open('/mnt/data/a.txt').read()", { key });
    assert.deepEqual([first, second, third].map(keptBy), [
      ['/mnt/data/a.txt created'],
      ['/mnt/data/a.txt modified'],
      [],
    ]);
    assert.deepEqual(await contentsOf(interpreter, first), ['one']);
    assert.deepEqual(await contentsOf(interpreter, second), ['two']);
    const listed = interpreter.registry.listMessageFiles(key.user, key.chatId, key.messageId);
    assert.deepEqual(
      listed.map(({ id }) => id),
      second.files.map(({ id }) => id),
    );
  });

  it('equal files of one message are both kept, each under an id of its own', async () => {
    const result = await run("for name in 'ab': open(name + '.txt', 'w').write('same')");
    assert.deepEqual(keptBy(result), ['/mnt/data/a.txt created', '/mnt/data/b.txt created']);
    assert.equal(new Set(result.files.map(({ id }) => id)).size, 2);
    assert.deepEqual(await contentsOf(interpreter, result), ['same', 'same']);
  });

  it('what can not be kept is named with its reason, and the rest is kept', async () => {
    const result = await run(
      "import os; os.symlink('/etc/passwd', 'link'); os.mkfifo('pipe'); open('good.txt', 'w').write('good')",
    );
    assert.deepEqual(keptBy(result), ['/mnt/data/good.txt created']);
    assert.deepEqual(result.skipped.map(({ path }) => path).sort(), ['/mnt/data/link', '/mnt/data/pipe']);
    assert.ok(result.skipped.every(({ reason }) => reason !== ''));
  });

  it('a figure that was shown and not saved becomes a file', async () => {
    const result = await run(`${savedFigure}plt.show()`);
    assert.deepEqual(keptBy(result), ['/mnt/data/figure-1.png created']);
    const [output] = result.outputs;
    assert.ok(output?.output_type === 'display_data');
    const shown = Buffer.from(String(output.data['image/png']), 'base64');
    assert.deepEqual(await contentOf(interpreter, result.files[0]?.id ?? ''), shown);
  });

  it('a figure that was saved and shown is kept once', async () => {
    const result = await run(`${savedFigure}plt.savefig('/mnt/data/chart.png')\nplt.show()`);
    assert.deepEqual(keptBy(result), ['/mnt/data/chart.png created']);
    assert.ok(result.outputs.some(({ output_type }) => output_type === 'display_data'));
  });

  it('attachments are there, are no files of the run, and the original never changes', async () => {
    const original = join(folder, 'input.csv');
    await writeFile(original, 'x\n1\n');
    const key = newMessage(interpreter);
    const attachments = [{ path: original }];
    const first = await run("print(open('/mnt/data/input.csv').read())", { key, attachments });
    assert.equal(first.stdout, 'x\n1\n\n');
    assert.deepEqual([first.files, first.skipped], [[], []]);
    const second = await run("open('/mnt/data/input.csv', 'a').write('2\\n')", { key, attachments });
    assert.deepEqual(keptBy(second), ['/mnt/data/input.csv modified']);
    assert.equal(await readFile(original, 'utf8'), 'x\n1\n');
    const third = await run("print(open('/mnt/data/input.csv').read())", { key, attachments });
    assert.equal(third.stdout, 'x\n1\n2\n\n');
  });

  it('an attachment that is not there is named, and the others arrive', async () => {
    await writeFile(join(folder, 'there.txt'), 'there');
    const result = await run("import os; print(sorted(os.listdir('/mnt/data')))", {
      attachments: [{ path: join(folder, 'missing.txt') }, { path: join(folder, 'there.txt') }],
    });
    assert.equal(result.stdout, "['there.txt']\n");
    assert.deepEqual(
      result.skipped.map(({ path }) => path.endsWith('missing.txt')),
      [true],
    );
  });

  it('two attachments of one name are both there', async () => {
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'same.txt'), 'one');
    await writeFile(join(folder, 'other', 'same.txt'), 'two');
    const { stdout } = await run('import glob; print(sorted(open(f).read() for f in glob.glob("/mnt/data/*")))', {
      attachments: [{ path: join(folder, 'same.txt') }, { path: join(folder, 'other', 'same.txt') }],
    });
    assert.equal(stdout, "['one', 'two']\n");
  });

  it('messages do not see each other', async () => {
    const chatId = randomUUID();
    const first = interpreter.key(chatId, 'one');
    const second = interpreter.key(chatId, 'two');
    await run("open('/mnt/data/secret.txt', 'w').write('secret')", { key: first });
    const hidden = await run("import os; print(os.listdir('/mnt/data'), os.path.exists('/mnt/data/secret.txt'))", {
      key: second,
    });
    assert.equal(hidden.stdout, '[] False\n');
    const { path } = interpreter.registry.workspaceFor(first);
    const searched = await run(`import os; print(os.path.exists(${JSON.stringify(path)}))`, { key: second });
    assert.equal(searched.stdout, 'False\n');
    const chat = interpreter.registry.listChatFiles(interpreter.user, chatId);
    assert.deepEqual([chat.total_files, Object.keys(chat.messages)], [1, ['one']]);
  });

  it('each file is of the run that wrote it last, when the first block is run again after the second (peers 25)', async () => {
    const key = newMessage(interpreter);
    const { user } = interpreter;
    const block = (name: string, text: string): Promise<RunResult> =>
      run(`open('${name}', 'w').write('${text}')`, { on: interpreter, key });
    const first = await block('a.txt', 'one');
    const second = await block('b.txt', 'two');
    const again = await block('a.txt', 'three');
    const current = interpreter.registry.listMessageFiles(user, key.chatId, key.messageId);
    const runs = current.map(({ id, name }) => [name, interpreter.registry.getGeneratedFile(user, id).run_id]);
    assert.deepEqual(Object.fromEntries(runs), { 'a.txt': again.run_id, 'b.txt': second.run_id });
    assert.equal(interpreter.registry.getGeneratedFile(user, first.files[0]?.id ?? '').run_id, first.run_id);
  });

  it('only tracked types are kept where they are narrowed', async () => {
    await withInterpreter({ settings: { trackedTypes: ['.csv'] } }, async (narrow) => {
      const result = await run("for name in ('a.csv', 'b.txt'): open(name, 'w').write(name)", { on: narrow });
      assert.deepEqual(keptBy(result), ['/mnt/data/a.csv created']);
    });
  });
});
