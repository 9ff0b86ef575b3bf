import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveAttachable } from '../../../src/core/workspace/attachable.ts';
import { prepareAttachments } from '../../../src/core/workspace/attachments.ts';
import { testFolders, type TestFolders } from './folders.ts';

describe('Files that a transcript links to', () => {
  let folders: TestFolders;
  let own: (name: string) => string;

  const sorted = async (...targets: string[]): Promise<Record<'attachable' | 'asked' | 'unavailable', string[]>> => {
    const links = await resolveAttachable(
      folders.own,
      targets.map((target) => ({ target })),
    );
    return {
      attachable: links.attachable.map((source) => source.path),
      asked: links.needsConsent.map(({ target, reason }) => `${target}: ${reason}`),
      unavailable: links.unavailable.map(({ target, reason }) => `${target}: ${reason}`),
    };
  };

  beforeEach(() => {
    folders = testFolders();
    own = (name) => join(folders.own, name);
    writeFileSync(join(folders.base, 'private'), 'secret');
  });
  afterEach(() => {
    folders[Symbol.dispose]();
  });

  it('are attached unasked when they are regular files in its own folder, each once', async () => {
    mkdirSync(own('data'));
    writeFileSync(own('data/a b.csv'), '');
    assert.deepEqual(await sorted('data/a b.csv', './data/a b.csv', own('data/a b.csv')), {
      attachable: [own('data/a b.csv')],
      asked: [],
      unavailable: [],
    });
  });

  it('are asked for when they lie outside, by path or by link', async () => {
    symlinkSync('../private', own('innocent.csv'));
    symlinkSync('..', own('up'));
    assert.deepEqual(await sorted('../private', join(folders.base, 'private'), 'innocent.csv', 'up/private'), {
      attachable: [],
      // The first two are one file, and asked for once.
      asked: [`${join(folders.base, 'private')}: outside`, 'innocent.csv: outside', 'up/private: outside'],
      unavailable: [],
    });
  });

  it('are asked for when any part of their way is hidden', async () => {
    mkdirSync(own('.ssh'));
    writeFileSync(own('.ssh/id_rsa'), 'secret');
    writeFileSync(own('.env'), 'secret');
    symlinkSync('.ssh/id_rsa', own('visible'));
    assert.deepEqual((await sorted('.ssh/id_rsa', '.env', 'visible')).asked, [
      '.ssh/id_rsa: hidden',
      '.env: hidden',
      'visible: hidden',
    ]);
  });

  it('may be links within the folder, and the folder may be reached by a link', async () => {
    writeFileSync(own('data-2026.csv'), '');
    symlinkSync('data-2026.csv', own('latest.csv'));
    const link = join(folders.base, 'link');
    symlinkSync(folders.own, link);
    const { attachable } = await resolveAttachable(link, [{ target: 'latest.csv' }]);
    assert.deepEqual(attachable, [
      { path: join(link, 'latest.csv'), name: 'latest.csv', realPath: realpathSync(own('data-2026.csv')) },
    ]);
  });

  it('are told when there is no such file', async () => {
    mkdirSync(own('folder'));
    symlinkSync('loop', own('loop'));
    symlinkSync('/dev/zero', own('zero'));
    assert.deepEqual(await sorted('none.csv', 'folder', 'loop', 'zero', '.', ''), {
      attachable: [],
      asked: [],
      unavailable: ['none.csv: missing', 'folder: notRegular', 'loop: unreadable', 'zero: notRegular', ': notRegular'],
    });
  });

  it('on another machine are asked for without being looked at', async () => {
    assert.deepEqual((await sorted('\\\\host\\share\\a', '//host/share/a')).asked, [
      '\\\\host\\share\\a: network',
      '//host/share/a: network',
    ]);
  });

  it('that are exchanged for a link after they were looked at are not attached', async () => {
    writeFileSync(own('a.csv'), '');
    const { attachable } = await resolveAttachable(folders.own, [{ target: 'a.csv' }]);
    rmSync(own('a.csv'));
    symlinkSync('../private', own('a.csv'));
    const { prepared, skipped } = await prepareAttachments(folders.workspace, attachable);
    assert.deepEqual(prepared, []);
    assert.deepEqual(
      skipped.map((one) => one.code),
      ['replaced'],
    );
  });
});
