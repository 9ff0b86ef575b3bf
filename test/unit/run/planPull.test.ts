// What is asked for after a run, from manifests that a hostile kernel could tell.
import assert from 'node:assert/strict';
import type { KernelEntry, KernelManifest } from '../../../src/core/kernel/transfer/types.ts';
import { planPull, stampThere, type Plan, type PlanState } from '../../../src/core/run/channel/plan.ts';

const hash = (letter: string): string => letter.repeat(64);

const entry = (path: string, more: Partial<KernelEntry> = {}): KernelEntry => ({
  rawPath: Buffer.from(path),
  kind: 'file',
  size: 1,
  mtimeNs: 5n,
  links: 1,
  sha256: hash('a'),
  ...more,
});

const state = (more: Partial<PlanState> = {}): PlanState => ({
  here: new Map(),
  both: new Map(),
  limits: { fileBytes: 100, files: 10, totalBytes: 1000 },
  folding: { caseBlind: false, formBlind: false },
  freeBytes: Number.POSITIVE_INFINITY,
  ...more,
});

const plan = (entries: readonly KernelEntry[], more: Partial<PlanState> = {}, truncated = false): Plan =>
  planPull({ entries, truncated } satisfies KernelManifest, state(more));

const pulled = ({ pull }: Plan): string[] => pull.map(({ relativePath }) => relativePath);
const left = (found: Plan): string[] => found.left.map(({ path, reason }) => `${path}: ${reason}`);

describe('the plan of what comes from the kernel', () => {
  it('has what is new and what differs, and follows what is gone', () => {
    const here = new Map([
      ['same', hash('a')],
      ['other', hash('b')],
      ['gone', hash('c')],
      ['never there', hash('d')],
    ]);
    const both = new Map(['same', 'other', 'gone'].map((path) => [path, '1:5']));
    const found = plan([entry('same'), entry('other'), entry('new'), entry('sub', { kind: 'directory' })], {
      here,
      both,
    });
    assert.deepEqual(pulled(found), ['other', 'new']);
    assert.deepEqual(found.gone, ['gone']);
    assert.deepEqual(
      found.same.map(({ relativePath }) => relativePath),
      ['same'],
    );
    assert.deepEqual(found.left, []);
  });

  it('removes nothing here when it was not told all', () => {
    const both = new Map([['gone', '1:5']]);
    const found = plan([entry('new')], { both }, true);
    assert.deepEqual([pulled(found), found.gone], [['new'], []]);
    assert.match(left(found).join(), /more than 1 files/);
  });

  it('takes a path once, however often it is told', () => {
    assert.deepEqual(pulled(plan([entry('x'), entry('x', { sha256: hash('b') })])), ['x']);
  });

  it('E 48: asks for regular files only, and for no name that leads out', () => {
    const found = plan([
      entry('link', { kind: 'link' }),
      entry('pipe', { kind: 'other' }),
      entry('hard', { links: 2 }),
      entry('secret', { sha256: null }),
      entry('../../etc/passwd'),
      entry('/etc/passwd'),
      entry('x'),
    ]);
    assert.deepEqual(pulled(found), ['x']);
    assert.equal(found.left.length, 6);
  });

  it('keeps a file with all its names in the folder, and what is here of one that can not be read there', () => {
    const found = plan([entry('one', { links: 2 }), entry('two', { links: 2 }), entry('shut', { sha256: null })], {
      here: new Map([['shut', hash('b')]]),
      both: new Map([['shut', '1:5']]),
    });
    assert.deepEqual([pulled(found), found.gone], [['one', 'two'], []]);
  });

  it('obeys each limit before the first byte, sizes up to 2^53 included', () => {
    const giant = entry('giant', { size: Number.MAX_SAFE_INTEGER, sha256: null });
    const found = plan(
      [giant, entry('a', { size: 60 }), entry('b', { size: 60 }), entry('c', { size: 40 }), entry('d')],
      {
        limits: { fileBytes: 100, files: 2, totalBytes: 100 },
      },
    );
    assert.deepEqual(pulled(found), ['a', 'c']);
    assert.deepEqual(
      found.left.map(({ path, isOverLimit }) => [path, isOverLimit]),
      [
        ['giant', true],
        ['b', true],
        ['d', true],
      ],
    );
  });

  it('D 43: asks for nothing that this disk has no room for, and says how much is needed and free', () => {
    const entries = [entry('a', { size: 60 }), entry('b', { size: 60 }), entry('c', { size: 40 })];
    const found = plan(entries, { freeBytes: 110 });
    assert.deepEqual(pulled(found), ['a', 'c']);
    assert.deepEqual(left(found), ['b: this disk has no space for it: 60 bytes are needed, 50 are free']);
    assert.equal(found.left[0]?.isOverLimit, true);
  });

  it('D 43: a file that nobody hashed, because there is no room for it, is said to be too large for this disk', () => {
    const sparse = entry('sparse', { size: 1e15, sha256: null });
    const found = plan([sparse], { freeBytes: 110, limits: { fileBytes: Infinity, files: 9, totalBytes: Infinity } });
    assert.deepEqual(left(found), [
      'sparse: this disk has no space for it: 1000000000000000 bytes are needed, 110 are free',
    ]);
  });

  it('keeps what is here of a file that got a second name elsewhere', () => {
    const found = plan([entry('linked', { links: 2 })], { both: new Map([['linked', '1:5']]) });
    assert.deepEqual([pulled(found), found.gone], [[], []]);
  });

  it('keeps what is here of a folder that can not be read there any more', () => {
    const both = new Map(['shut/a', 'shut/b/c', 'shutter', 'gone'].map((path) => [path, '1:5']));
    const found = plan([entry('shut', { kind: 'closed' }), entry('new')], { both });
    assert.deepEqual([pulled(found), found.gone], [['new'], ['shutter', 'gone']]);
    assert.deepEqual(left(found), ["shut: what is in it can't be read"]);
    const all = plan([entry('', { kind: 'closed' })], { both });
    assert.deepEqual(all.gone, []);
  });

  it('leaves a file that is too large to be hashed when it is as it was, and tells it when it is not', () => {
    const large = entry('large', { size: 1000, sha256: null });
    const both = new Map([['large', stampThere(large)]]);
    assert.deepEqual([left(plan([large], { both })), plan([large], { both }).gone], [[], []]);
    const grown = plan([{ ...large, size: 2000 }], { both });
    assert.deepEqual([grown.left.length, grown.gone], [1, []]);
  });

  it('D 42: refuses twins that this disk would make one file, also by their folders', () => {
    const twins = [entry('A'), entry('a'), entry('D/x'), entry('d/y'), entry('é'), entry('e\u0301')];
    assert.equal(pulled(plan(twins)).length, 6);
    const found = plan(twins, { folding: { caseBlind: true, formBlind: true } });
    assert.deepEqual(pulled(found), ['A', 'D/x', 'é']);
    assert.equal(found.left.length, 3);
  });

  it('E 48: looks through two hundred thousand rows without an hour of thought', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => entry(`d${index % 100}/f${index}`));
    const found = plan(rows);
    assert.equal(found.pull.length, 10);
    assert.equal(found.left.length, 199_990);
  });
});
