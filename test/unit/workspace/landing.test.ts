// Files from another machine are written where they belong, whole and by their exact names, or not at all.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readEntryPath, shownPath } from '../../../src/core/workspace/landing/entryPath.ts';
import { openLanding, type Landing } from '../../../src/core/workspace/landing/landing.ts';
import { LandingProblem, type LandingProblemCode } from '../../../src/core/workspace/landing/problem.ts';
import { foldPath } from '../../../src/core/workspace/landing/twins.ts';
import { stagedName } from '../../../src/core/workspace/staging.ts';
import { testFolders, type TestFolders } from './folders.ts';

const told = (content: string): { size: number; sha256: string; mtimeNs: bigint } => ({
  size: Buffer.byteLength(content),
  sha256: createHash('sha256').update(content).digest('hex'),
  mtimeNs: 1_700_000_000_000_000_000n,
});

const withProblem = (code: LandingProblemCode) => (error: unknown) =>
  error instanceof LandingProblem && error.code === code;

const refusalOf = (raw: Uint8Array | string, platform: NodeJS.Platform = 'linux'): string => {
  const read = readEntryPath(Buffer.from(raw), platform);
  return read.kind === 'refused' ? read.refusal : `valid ${read.relativePath}`;
};

describe('a name from the kernel', () => {
  it('is refused when it is none below the folder', () => {
    assert.deepEqual(
      ['', '/etc/passwd', 'a//b', 'a/', '..', '../x', 'a/../b', './a', 'a/.'].map((name) => refusalOf(name)),
      [
        'notRelative',
        'notRelative',
        'notRelative',
        'notRelative',
        'leadsOut',
        'leadsOut',
        'leadsOut',
        'leadsOut',
        'leadsOut',
      ],
    );
    assert.equal(refusalOf('a\0b'), 'nul');
    assert.equal(refusalOf(Buffer.from([0x61, 0xff])), 'notUtf8');
    assert.equal(refusalOf(Buffer.from([0xed, 0xa0, 0x80])), 'notUtf8', 'a lone surrogate');
    assert.equal(refusalOf('é'.repeat(128)), 'nameTooLong');
    assert.equal(refusalOf(`${'d/'.repeat(65)}f`), 'tooDeep');
    assert.equal(refusalOf('x/'.repeat(2000)), 'pathTooLong');
    assert.equal(refusalOf(`a/${stagedName()}`), 'ours');
  });

  it('is kept exactly where the system takes it, however odd it is', () => {
    const names = [
      'a\nb',
      '\u202egnp.exe',
      'C:\\x',
      '\\\\srv\\x',
      'é',
      'e\u0301',
      'CON',
      'a. ',
      '-rf',
      'a'.repeat(255),
      'a:b',
      '.hidden',
      `${'d/'.repeat(64)}f`,
    ];
    assert.deepEqual(
      names.map((name) => refusalOf(name)),
      names.map((name) => `valid ${name}`),
    );
  });

  it('is refused on Windows where Windows would have another one, or none', () => {
    for (const name of [
      'C:\\x',
      '\\\\srv\\x',
      'a\\..\\b',
      'CON',
      'nul.txt',
      'x/com1.csv',
      'LPT\u00b9',
      'a:b',
      'a.',
      'a ',
      'a\nb',
      'what?',
      'CONIN$',
    ]) {
      assert.equal(refusalOf(name, 'win32'), 'notOnWindows', name);
    }
    assert.equal(refusalOf('console.log/é.csv', 'win32'), 'valid console.log/é.csv');
  });

  it('is shown without what could deceive', () => {
    assert.equal(shownPath(Buffer.from('a\n\u202eb')), 'a\\x0a\\u202eb');
    assert.equal(shownPath(Buffer.from([0x61, 0xff])), 'a\\xff');
  });

  it('is the same as its twin only for a disk that says so', () => {
    const both = { caseBlind: true, formBlind: true };
    assert.equal(foldPath('Straße/E\u0301', both), foldPath('STRASSE/é', both));
    assert.notEqual(
      foldPath('a', { caseBlind: false, formBlind: true }),
      foldPath('A', { caseBlind: false, formBlind: true }),
    );
  });
});

describe('landing', () => {
  let folders: TestFolders;
  let landing: Landing;

  beforeEach(() => {
    folders = testFolders();
    landing = openLanding(folders.workspace);
  });
  afterEach(async () => {
    await landing.close();
    folders[Symbol.dispose]();
  });

  const land = async (path: string, content: string): Promise<void> => {
    const file = landing.begin(path, Buffer.byteLength(content));
    if (content !== '') {
      await file.write(Buffer.from(content), 0);
    }
    await file.finish(told(content));
  };
  const inWorkspace = (): string[] => readdirSync(folders.workspace, { recursive: true }).map(String).sort();

  it('writes files and the folders they need, with their times, and nothing else', async () => {
    await land('a/b/c.txt', 'deep');
    await land('empty', '');
    assert.deepEqual(inWorkspace(), ['a', 'a/b', 'a/b/c.txt', 'empty']);
    const path = join(folders.workspace, 'a/b/c.txt');
    assert.equal(readFileSync(path, 'utf8'), 'deep');
    assert.equal(statSync(path).mtimeMs, 1_700_000_000_000);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folders.uploads), ['m1']);
  });

  it('takes pieces, and all of them once more', async () => {
    const file = landing.begin('f', 6);
    await file.write(Buffer.from('abcX'), 0);
    await file.write(Buffer.from('abc'), 0);
    await file.write(Buffer.from('def'), 3);
    await file.finish(told('abcdef'));
    assert.equal(readFileSync(join(folders.workspace, 'f'), 'utf8'), 'abcdef');
  });

  it('refuses what is not what was told, and leaves nothing of it', async () => {
    const wrong = landing.begin('f', 3);
    await wrong.write(Buffer.from('abx'), 0);
    await assert.rejects(wrong.finish(told('abc')), withProblem('corrupt'));
    const short = landing.begin('f', 3);
    await short.write(Buffer.from('ab'), 0);
    await assert.rejects(short.finish(told('abc')), withProblem('corrupt'));
    const long = landing.begin('f', 3);
    await assert.rejects(long.write(Buffer.from('abcd'), 0), withProblem('tooLarge'));
    await assert.rejects(long.write(Buffer.from('a'), 2), withProblem('gap'));
    await assert.rejects(long.write(Buffer.from('a'), Number.NaN), withProblem('gap'));
    await long.discard();
    assert.deepEqual(inWorkspace(), []);
  });

  it('leaves nothing of what was begun when it is closed', async () => {
    await landing.begin('half', 10).write(Buffer.from('half'), 0);
    await landing.close();
    assert.deepEqual(inWorkspace(), []);
    landing = openLanding(folders.workspace);
  });

  it('replaces a file and a link, and never goes through a link', async () => {
    writeFileSync(join(folders.own, 'mine'), 'mine');
    symlinkSync(join(folders.own, 'mine'), join(folders.workspace, 'link'));
    symlinkSync(folders.own, join(folders.workspace, 'sub'));
    await land('link', 'landed');
    assert.equal(readFileSync(join(folders.workspace, 'link'), 'utf8'), 'landed');
    await assert.rejects(land('sub/mine', 'landed'), withProblem('blocked'));
    await assert.rejects(land('sub/new', 'landed'), withProblem('blocked'));
    assert.throws(() => landing.remove('sub/mine'), withProblem('blocked'));
    assert.deepEqual(readdirSync(folders.own), ['mine']);
    assert.equal(readFileSync(join(folders.own, 'mine'), 'utf8'), 'mine');
  });

  it('lets a folder with files in it be', async () => {
    await land('f/x', 'x');
    await assert.rejects(land('f', 'file'), withProblem('blocked'));
    assert.throws(() => landing.remove('f'), LandingProblem);
    mkdirSync(join(folders.workspace, 'empty'));
    await land('empty', 'now a file');
    assert.deepEqual(inWorkspace(), ['empty', 'f', 'f/x']);
  });

  it('removes a file and the folders that are empty then', async () => {
    await land('a/b/c', 'c');
    await land('a/d', 'd');
    assert.equal(landing.remove('a/b/c'), true);
    assert.equal(landing.remove('a/b/c'), false);
    assert.deepEqual(inWorkspace(), ['a', 'a/d']);
  });

  it('E 50: a workspace that was replaced by a link gets nothing, nor does what the link leads to', async () => {
    const file = landing.begin('f', 1);
    await file.write(Buffer.from('x'), 0);
    renameSync(folders.workspace, `${folders.workspace}-aside`);
    symlinkSync(folders.own, folders.workspace);
    await assert.rejects(file.finish(told('x')), withProblem('replaced'));
    assert.throws(() => landing.remove('f'), withProblem('replaced'));
    assert.throws(() => openLanding(folders.workspace), withProblem('replaced'));
    assert.deepEqual([readdirSync(folders.own), readdirSync(`${folders.workspace}-aside`)], [[], []]);
    assert.ok(!existsSync(join(folders.own, 'f')));
  });
});
