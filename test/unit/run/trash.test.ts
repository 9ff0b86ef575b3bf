import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCoded } from '../../../src/core/errors.ts';
import { openInterpreter, type Interpreter } from '../../../src/core/interpreter.ts';
import type { MessageKey } from '../../../src/core/workspace/messageKey.ts';
import { temporaryFolder } from '../../support/places.ts';
import { beginRun, writeAndKeep } from '../registry/fixture.ts';

describe('deleting and restoring', () => {
  let interpreter: Interpreter;
  let key: MessageKey;
  let folder: string;

  beforeEach(async () => {
    interpreter = await openInterpreter({
      dataFolder: await temporaryFolder('trash'),
      user: 'u',
      connect: () => Promise.reject(new Error('no gateway here')),
      reconnect: () => Promise.resolve('gone'),
    });
    key = interpreter.key('c', 'm');
    folder = interpreter.registry.workspaceFor(key).path;
  });
  afterEach(() => interpreter.dispose());

  const keep = (path: string, content: string): ReturnType<typeof writeAndKeep> =>
    writeAndKeep(interpreter.registry, interpreter.registry.workspaceFor(key), path, content);
  const names = (): string[] => interpreter.registry.listMessageFiles('u', 'c', 'm').map(({ name }) => name);
  const filesOfChat = (): number | undefined => interpreter.registry.listChats('u')[0]?.total_files;
  const isNotFound = (error: unknown): boolean => isCoded(error, 'file.notFound');

  it('a deleted file is found nowhere, its bytes stay, and it comes back as it was', async () => {
    const file = await keep('out/report.txt', 'hello');
    await keep('other.txt', 'other');
    const { files } = await interpreter.moveToTrash({ files: [file.id] });
    assert.deepEqual(
      files.map(({ id }) => id),
      [file.id],
    );
    assert.deepEqual(names(), ['other.txt']);
    assert.equal(filesOfChat(), 1);
    const { registry } = interpreter;
    for (const ask of [
      () => registry.getGeneratedFile('u', file.id),
      () => registry.openContent('u', file.id),
      () => registry.listVersions('u', file.id),
      () => registry.trashFiles('u', [file.id], 'path'),
    ]) {
      assert.throws(ask, isNotFound);
    }
    assert.equal(existsSync(join(folder, 'out')), false, 'code does not find it either');
    assert.equal(readFileSync(file.full_path, 'utf8'), 'hello');
    assert.deepEqual(
      registry.listTrash('u').map(({ path }) => path),
      ['/mnt/data/out/report.txt'],
    );
    assert.deepEqual(registry.listTrash('another'), []);

    await interpreter.restore({ files: [file.id] });
    assert.deepEqual(registry.getGeneratedFile('u', file.id), file);
    assert.equal(filesOfChat(), 2);
    assert.equal(readFileSync(join(folder, 'out/report.txt'), 'utf8'), 'hello');
    assert.deepEqual(registry.listTrash('u'), []);
  });

  it('a file goes with all its versions; one version goes alone, and the one before takes its place', async () => {
    const first = await keep('a.txt', 'first');
    const second = await keep('a.txt', 'second');
    const one = await interpreter.moveToTrash({ files: [second.id], which: 'version' });
    assert.equal(one.files.length, 1);
    assert.equal(interpreter.registry.listMessageFiles('u', 'c', 'm')[0]?.id, first.id);
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'second');
    await interpreter.restore({ files: [second.id] });
    const all = await interpreter.moveToTrash({ files: [second.id] });
    assert.deepEqual(all.files.map(({ id }) => id).sort(), [first.id, second.id].sort());
    assert.deepEqual(names(), []);
    await interpreter.restore({ files: all.files.map(({ id }) => id) });
    assert.equal(interpreter.registry.listMessageFiles('u', 'c', 'm')[0]?.id, second.id);
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'second');
  });

  it('leaves in the workspace what is not the bytes that were deleted, and overwrites nothing when it restores', async () => {
    const file = await keep('a.txt', 'made');
    writeFileSync(join(folder, 'a.txt'), 'edited since');
    await interpreter.moveToTrash({ files: [file.id] });
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'edited since');
    await interpreter.restore({ files: [file.id] });
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'edited since');
  });

  it('a run that makes a deleted file again takes it out of the trash', async () => {
    const file = await keep('a.txt', 'same');
    await keep('a.txt', 'later');
    await interpreter.moveToTrash({ files: [file.id] });
    const again = await keep('a.txt', 'same');
    assert.equal(again.id, file.id);
    assert.deepEqual(names(), ['a.txt']);
    assert.equal(filesOfChat(), 1);
    assert.equal(interpreter.registry.listTrash('u').length, 1);
  });

  it('emptied, it gives the bytes back, of what is old enough', async () => {
    const file = await keep('a.txt', 'hello');
    await interpreter.moveToTrash({ files: [file.id] });
    assert.deepEqual(interpreter.emptyTrash(30), { files: 0, bytes: 0 });
    assert.deepEqual(interpreter.emptyTrash(0), { files: 1, bytes: 5 });
    assert.equal(existsSync(file.full_path), false);
    assert.equal(existsSync(`${file.full_path}.json`), false);
    assert.deepEqual((await interpreter.restore({ files: [file.id] })).files, []);
  });

  it('nothing is deleted when one of the ids is not there', async () => {
    const file = await keep('a.txt', 'hello');
    await assert.rejects(interpreter.moveToTrash({ files: [file.id, 'code_gen_m_no'] }), isNotFound);
    assert.deepEqual(names(), ['a.txt']);
  });

  it('a deleted attachment leaves the workspace and comes back with its bytes', async () => {
    const source = join(await temporaryFolder('source'), 'input.csv');
    writeFileSync(source, 'a,b\n');
    await interpreter.attach(key, [{ path: source }]);
    const workspace = interpreter.registry.workspaceFor(key);
    const [attached] = interpreter.registry.listAttachments(workspace);
    assert.ok(attached);
    await interpreter.moveToTrash({ attachments: [attached.id] });
    assert.deepEqual(interpreter.registry.listAttachments(workspace), []);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal((await interpreter.attach(key, [])).prepared.length, 0, 'the next run does not attach it again');
    await interpreter.restore({ attachments: [attached.id] });
    assert.equal(interpreter.registry.listAttachments(workspace).length, 1);
    assert.equal(readFileSync(join(folder, 'input.csv'), 'utf8'), 'a,b\n');
    await interpreter.moveToTrash({ attachments: [attached.id] });
    assert.deepEqual(interpreter.emptyTrash(0), { files: 1, bytes: 4 });
    assert.deepEqual(readdirSync(interpreter.data.trash), []);
  });

  it('a deleted attachment stays in the trash while another file has its name; one attached anew leaves no bytes there', async () => {
    const source = join(await temporaryFolder('source'), 'input.csv');
    writeFileSync(source, 'a,b\n');
    await interpreter.attach(key, [{ path: source }]);
    const [attached] = interpreter.registry.listAttachments(interpreter.registry.workspaceFor(key));
    const attachments = [attached?.id ?? ''];
    await interpreter.moveToTrash({ attachments });
    writeFileSync(join(folder, 'input.csv'), 'made since');
    assert.deepEqual((await interpreter.restore({ attachments })).attachments, []);
    assert.equal(readFileSync(join(folder, 'input.csv'), 'utf8'), 'made since');
    rmSync(join(folder, 'input.csv'));
    await interpreter.attach(key, [{ path: source }]);
    assert.deepEqual(interpreter.registry.listTrashedAttachments('u'), []);
    interpreter.emptyTrash(30);
    assert.deepEqual(readdirSync(interpreter.data.trash), []);
    assert.equal(readFileSync(join(folder, 'input.csv'), 'utf8'), 'a,b\n');
  });

  it('files in the trash are still there after the registry was opened anew', async () => {
    const file = await keep('a.txt', 'hello');
    await interpreter.moveToTrash({ files: [file.id] });
    beginRun(interpreter.registry, interpreter.registry.workspaceFor(key));
    const again = await openInterpreter({
      dataFolder: interpreter.data.root,
      user: 'u',
      connect: () => Promise.reject(new Error('no gateway here')),
      reconnect: () => Promise.resolve('gone'),
    });
    assert.throws(() => again.registry.getGeneratedFile('u', file.id), isNotFound);
    assert.equal(again.registry.listTrash('u').length, 1);
    await again.dispose();
  });
});
