import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { extensionOf, formatOf, formatOfContent } from '../../../src/core/workspace/format.ts';
import { isTracked, trackingOf } from '../../../src/core/workspace/trackedTypes.ts';
import { relativePathOf, virtualPath } from '../../../src/core/workspace/virtualName.ts';
import { testFolders } from './folders.ts';

describe('The format of a file', () => {
  it('is told by its name, in any case', async () => {
    const expected: [name: string, format: string, mimeType: string][] = [
      ['report.xlsx', 'Excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      ['REPORT.XLS', 'Excel', 'application/vnd.ms-excel'],
      ['sub/a b.csv', 'CSV', 'text/csv'],
      ['a.tsv', 'CSV', 'text/tab-separated-values'],
      ['a.pdf', 'PDF', 'application/pdf'],
      ['a.png', 'Image', 'image/png'],
      ['a.jpg', 'Image', 'image/jpeg'],
      ['a.svg', 'Image', 'image/svg+xml'],
      ['a.docx', 'Word', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
      ['a.pptx', 'PowerPoint', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
      ['a.txt', 'Text', 'text/plain'],
      ['a.log', 'Text', 'text/plain'],
      ['a.json', 'JSON', 'application/json'],
      ['a.jsonl', 'JSON', 'application/jsonl'],
      ['a.ipynb', 'Notebook', 'application/x-ipynb+json'],
      ['a.parquet', 'Parquet', 'application/vnd.apache.parquet'],
      ['a.sqlite', 'Database', 'application/vnd.sqlite3'],
      ['a.db', 'Database', 'application/octet-stream'],
      ['a.html', 'HTML', 'text/html'],
      ['a.md', 'Markdown', 'text/markdown'],
      ['a.mp3', 'Audio', 'audio/mpeg'],
      ['a.mp4', 'Video', 'video/mp4'],
      ['a.py', 'Code', 'text/x-python'],
      ['a.ts', 'Code', 'text/x-typescript'],
      ['a.R', 'Code', 'text/x-r'],
      ['a.zip', 'Archive', 'application/zip'],
      ['a.tar.gz', 'Archive', 'application/gzip'],
      ['a.pkl', 'Pickle', 'application/octet-stream'],
      ['a.npy', 'NumPy', 'application/octet-stream'],
      ['a.h5', 'HDF5', 'application/x-hdf5'],
      ['a.geojson', 'Map', 'application/geo+json'],
      ['a.rds', 'Data', 'application/octet-stream'],
      ['Makefile', 'Code', 'text/plain'],
    ];
    for (const [name, format, mimeType] of expected) {
      assert.deepEqual(await formatOf(join('/nowhere', name)), { format, mimeType }, name);
    }
  });

  it('is told by its content where the name says nothing', async () => {
    using folders = testFolders();
    const contents: [format: string, mimeType: string, content: string | Uint8Array][] = [
      ['PDF', 'application/pdf', '%PDF-1.7\n'],
      ['Image', 'image/png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
      ['Image', 'image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
      ['Audio', 'audio/wav', 'RIFF\x10\0\0\0WAVEfmt '],
      ['Database', 'application/vnd.sqlite3', 'SQLite format 3\0'],
      ['Parquet', 'application/vnd.apache.parquet', 'PAR1...'],
      ['Archive', 'application/gzip', gzipSync('x')],
      ['Code', 'text/plain', '#!/bin/sh\n'],
      ['HTML', 'text/html', '\n<!DOCTYPE html><p>'],
      ['Image', 'image/svg+xml', '<svg xmlns="">'],
      ['Text', 'text/plain', 'grüße'],
      ['Text', 'text/plain', ''],
      ['Other', 'application/octet-stream', Buffer.of(0x66, 0xff)],
      ['Other', 'application/octet-stream', 'a\0b'],
    ];
    for (const [format, mimeType, content] of contents) {
      writeFileSync(join(folders.workspace, 'result'), content);
      assert.deepEqual(await formatOf(join(folders.workspace, 'result')), { format, mimeType }, String(content));
      writeFileSync(join(folders.workspace, 'result.xyz123'), content);
      assert.deepEqual((await formatOf(join(folders.workspace, 'result.xyz123'))).format, format);
    }
  });

  it('of an office document without an extension is told from that of an archive', () => {
    const zipEntry = (name: string): string =>
      `PK\x03\x04${'\0'.repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}`;
    const zip = (...names: string[]): Uint8Array => Buffer.from(names.map(zipEntry).join(''), 'latin1');
    assert.equal(formatOfContent(zip('[Content_Types].xml', 'xl/workbook.xml'), true).format, 'Excel');
    assert.equal(formatOfContent(zip('word/document.xml', '[Content_Types].xml'), true).format, 'Word');
    assert.equal(formatOfContent(zip('xl/workbook.xml'), true).format, 'Archive');
  });

  it('of a text that is cut within a character is still text', () => {
    const text = Buffer.from('a€😀');
    for (const cut of [1, 2, 3, 4, 5, 6, 7, 8]) {
      assert.equal(formatOfContent(text.subarray(0, cut), false).format, 'Text', String(cut));
    }
    assert.equal(formatOfContent(text.subarray(0, 2), true).format, 'Other');
  });

  it('of a pipe without a writer is not waited for', async () => {
    using folders = testFolders();
    const pipe = join(folders.workspace, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.equal((await formatOf(pipe)).format, 'Other');
  });

  it('has an extension with its dot, doubled for compressed archives', () => {
    const extensions = [
      'a.CSV',
      'a.tar.gz',
      'x/b.tar.zst',
      'v1.2.tar',
      'Makefile',
      '.profile',
      '.tar.gz',
      'a.',
      'x.y/z',
    ];
    assert.deepEqual(extensions.map(extensionOf), ['.csv', '.tar.gz', '.tar.zst', '.tar', '', '', '.gz', '.', '']);
  });
});

describe('Tracked files', () => {
  it('are all but caches and temporary files', () => {
    const kept = [
      'a.csv', 'a.pkl', 'a.npy', 'a.ipynb', 'a.sqlite', 'a.sqlite-wal', 'a.geojson', 'a.mp4', 'a.rds', 'a.html', 'a.parquet',
      'a.tar.gz', 'Makefile', '.env', '.config/settings', 'noextension', 'build/out.js', 'node_modules/x.js', 'vendor/a.go',
      'codebook.csv', 'a.bak', 'a.log', 'poetry.lock', 'tmp', 'tmp/a.csv', 'swap.swp', '#1.csv', 'my cache/a', 'core', 'x.temp',
    ]; // prettier-ignore
    const left = [
      '__pycache__/a.cpython-311.pyc', 'sub/__pycache__/x', '.ipynb_checkpoints/a-checkpoint.ipynb', '.pytest_cache/v',
      '.mypy_cache/x', 'a.pyc', 'A.PYC', '.a.csv.swp', 'a.csv~', '~$report.xlsx', '.~lock.report.xlsx#', '.DS_Store', 'sub/Thumbs.db',
      '._a.csv', '#a.txt#', '.#a.txt', '.nfs000000000000001', 'a.tmp', '.cache/x', '.Trash-1000/files/a', 'a.sqlite-shm',
    ]; // prettier-ignore
    assert.deepEqual(
      kept.filter((name) => !isTracked(name, null)),
      [],
    );
    assert.deepEqual(
      left.filter((name) => isTracked(name, null)),
      [],
    );
  });

  it('can be narrowed to types, in any spelling', () => {
    const classic = ['.xlsx', 'XLS', ' .csv ', 'pdf'];
    const names = ['a.xlsx', 'A.CSV', 'sub/a.pdf', 'a.png', 'a.csv.gz', '.csv', 'xcsv', 'a.xlsxx'];
    assert.deepEqual(
      names.filter((name) => isTracked(name, classic)),
      ['a.xlsx', 'A.CSV', 'sub/a.pdf'],
    );
    assert.equal(isTracked('a.tar.gz', ['.tar.gz']), true);
    assert.equal(isTracked('a.tar.gz', ['gz']), true);
    assert.equal(isTracked('a.gz', ['.tar.gz']), false);
    assert.equal(isTracked('a.csv', []), false);
    assert.equal(isTracked('a.csv', ['', '.']), false);
  });

  it('say why they are not kept', () => {
    assert.equal(trackingOf('__pycache__/a.csv', ['.csv']), 'cache');
    assert.equal(trackingOf('a.tmp', null), 'temporary');
    assert.equal(trackingOf('a.tmp', ['.csv']), 'temporary');
    assert.equal(trackingOf('a.tmp', ['.tmp']), 'tracked');
    assert.equal(trackingOf('a.png', ['.csv']), 'otherType');
  });
});

describe('Virtual paths', () => {
  it('name files of the workspace both ways', () => {
    for (const path of ['a.csv', 'sub/a b.csv', 'ä\n.csv', '...', 'back\\slash']) {
      assert.equal(virtualPath(path), `/mnt/data/${path}`);
      assert.equal(relativePathOf(virtualPath(path)), path);
    }
    assert.equal(virtualPath(''), '/mnt/data');
    assert.equal(relativePathOf('/mnt/data'), '');
    assert.equal(relativePathOf('/mnt/data/'), '');
  });

  it('are one in all their spellings, and nothing but /mnt/data', () => {
    for (const path of [
      '/mnt/data//a',
      '//mnt/data/a',
      '/mnt/./data/a',
      '/mnt/data/b/../a',
      'sandbox:/mnt/data/a',
      '/mnt/data/a/',
    ]) {
      assert.equal(relativePathOf(path), 'a', path);
    }
    for (const path of [
      '/mnt/data2',
      '/mnt/database/a',
      '/mnt/data/../a',
      '/srv/mnt/data/a',
      'mnt/data/a',
      'a',
      '',
      '/mnt/data/a\0',
    ]) {
      assert.equal(relativePathOf(path), undefined, path);
    }
  });
});
