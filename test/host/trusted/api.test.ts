// The exported API, as another extension uses it.
import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../api.d.ts';
import { ui } from '../support/ui.ts';

describe('the exported API', function () {
  this.timeout(120_000);

  let api: CodeInterpreterApi;

  before(async () => {
    const extension = vscode.extensions.getExtension<CodeInterpreterApi>('code-interpreter.code-interpreter');
    assert.ok(extension);
    api = await extension.activate();
    for (const message_id of ['one', 'two']) {
      const code = `open('/mnt/data/of-${message_id}.txt', 'w').write('${message_id}')`;
      const { status } = await api.run({ chat_id: 'api', message_id, code });
      assert.equal(status, 'ok');
    }
  });

  it('lists by message, by chat and by id, and downloads byte for byte beside what is there', async () => {
    const [file] = await api.listMessageFiles('api', 'one');
    assert.equal(file?.name, 'of-one.txt');
    const chat = await api.listChatFiles('api');
    assert.deepEqual([chat.total_files, Object.keys(chat.messages).sort()], [2, ['one', 'two']]);
    assert.deepEqual(chat.messages['one'], [file]);
    const { path, sha256 } = await api.getFile(file.id);
    assert.deepEqual([path, sha256.length], ['/mnt/data/of-one.txt', 64]);
    assert.equal((await api.listVersions(file.id)).length, 1);
    const folder = vscode.Uri.file(await mkdtemp(join(tmpdir(), 'code-interpreter-api-')));
    const written = [...(await api.download([file.id], folder)), ...(await api.download([file.id], folder))];
    assert.equal(new Set(written.map(({ fsPath }) => fsPath)).size, 2);
    for (const { fsPath } of written) {
      assert.equal(await readFile(fsPath, 'utf8'), 'one');
    }
  });

  it('rejects with codes, lists nothing for what is not there', async () => {
    await assert.rejects(api.getFile('code_gen_nothing_0000000000000000'), { code: 'file.notFound' });
    await assert.rejects(api.download(['code_gen_nothing_0000000000000000'], vscode.Uri.file(tmpdir())), {
      code: 'file.notFound',
    });
    assert.deepEqual(await api.listMessageFiles('api', 'nobody'), []);
    assert.equal((await api.listChatFiles('nobody')).total_files, 0);
  });

  it('gives addresses that open in VS Code, read-only', async () => {
    const [file] = await api.listMessageFiles('api', 'two');
    assert.ok(file);
    assert.equal(file.url, `code-interpreter:/files/${file.id}/of-two.txt`);
    const uri = vscode.Uri.parse(file.url);
    assert.equal((await vscode.workspace.openTextDocument(uri)).getText(), 'two');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('code-interpreter'), false);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.writeFile(uri, Buffer.from('x'))));
  });

  it('a link from outside shows the file in the tree', async () => {
    const [file] = await api.listMessageFiles('api', 'two');
    assert.ok(file);
    void vscode.commands.executeCommand('workbench.action.url.openUrl');
    await ui.waitFor('.quick-input-widget input');
    await ui.type(`${vscode.env.uriScheme}://code-interpreter.code-interpreter/files/${file.id}`);
    await ui.key('Enter');
    await ui.waitFor('.monaco-list-row.selected[aria-label*="of-two.txt"]', { seconds: 20 });
  });
});
