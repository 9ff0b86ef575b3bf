import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  chooseFolderName,
  foldName,
  folderNameCandidates,
  isSafeFolderName,
} from '../../../src/core/workspace/folderNames.ts';
import type { MessageKey } from '../../../src/core/workspace/messageKey.ts';

const key = (messageId: string, chatId = 'chat', user = 'user'): MessageKey => ({ user, chatId, messageId });

const allocate = (keys: readonly MessageKey[]): string[] => {
  const used = new Set<string>();
  return keys.map((one) => {
    const name = chooseFolderName(one, (candidate) => used.has(foldName(candidate)));
    used.add(foldName(name));
    return name;
  });
};

const traps = [
  ...['', '.', '..', '...', '../x', '/', 'a/b', 'a\\b', 'C:', 'C:\\x', '~', '-rf', '.hidden', 'trailing.', 'trailing '],
  ...[' ', '\t', '\n', '\0', 'a\0b', 'CON', 'con', 'nul.txt', 'COM1', 'lpt9.tar.gz', 'AUX.', 'code_generated'],
  ...[
    'Code_Generated',
    'CODE_GENERATED',
    'a',
    'A',
    'ä',
    'a\u0308',
    'Ä',
    '日本語',
    '🙂',
    '\ud800',
    '\udfff',
    '\u202egpj',
  ],
  ...[
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(300),
    'X'.repeat(300),
    '__proto__',
    'constructor',
    '$HOME',
    '`id`',
    '%20',
  ],
  ...['*', '?', '"', "'", '<', '>', '|', ':', 'a:b', 'message', 'ﬁ', 'İ', 'ı', 'ſ', 'K'],
];
const anyId = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.stringMatching(/^[A-Za-z0-9._-]{0,70}$/),
  fc.constantFrom(...traps),
);
const anyKey = fc.record({ user: anyId, chatId: anyId, messageId: anyId });

describe('folder names', () => {
  it('are the message id itself where that is plain and safe', () => {
    for (const id of ['m1', 'A-b_c.d', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'x'.repeat(64), '_']) {
      assert.deepEqual(allocate([key(id)]), [id]);
    }
  });

  it('are the chat id where the message has none', () => {
    assert.deepEqual(allocate([key('', 'chat-1')]), ['chat-1']);
  });

  it('give each trap a safe folder of its own', () => {
    const names = allocate(traps.map((id) => key(id)));
    assert.equal(new Set(names.map(foldName)).size, traps.length);
    assert.deepEqual(
      names.filter((name) => !isSafeFolderName(name)),
      [],
    );
  });

  it('keep a readable part of an unsafe id', () => {
    assert.match(
      chooseFolderName(key('Report: sales/2026'), () => false),
      /^Report-sales-2026-[0-9a-f]{12}$/,
    );
  });

  it('tell apart the same ids of two users and of two chats', () => {
    const [first, ...others] = allocate([
      key('m'),
      key('m', 'other'),
      key('m', 'chat', 'other'),
      key('m', 'other', 'other'),
    ]);
    assert.equal(first, 'm');
    assert.equal(new Set(others).size, 3);
    assert.ok(others.every((name) => /^m-[0-9a-f]{12}$/.test(name)));
  });

  it('do not confuse where one part of a key ends', () => {
    const second = (one: MessageKey): string | undefined => [...take(folderNameCandidates(one), 2)].at(-1);
    assert.notEqual(second(key('m', 'ab', 'c')), second(key('m', 'a', 'bc')));
  });

  it('are not given to a key whose id is the made-up name of another', () => {
    const made = chooseFolderName(key('a/b'), () => false);
    const names = allocate([key(made), key('a/b')]);
    assert.equal(names[0], made);
    assert.notEqual(names[1], made);
  });

  it('are safe on every platform, whatever the key (property)', () => {
    fc.assert(
      fc.property(anyKey, (one) => {
        for (const name of take(folderNameCandidates(one), 4)) {
          assert.ok(isSafeFolderName(name), name);
          assert.ok(!/[. ]$/.test(name) && !/[^\x21-\x7e]/.test(name) && !/[\\/:*?"<>|]/.test(name), name);
        }
      }),
    );
  });

  it('are different for different keys, also on a disk that ignores case (property)', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyKey, { selector: (one) => JSON.stringify(one), maxLength: 40 }), (keys) => {
        const names = allocate(keys);
        assert.equal(new Set(names.map(foldName)).size, keys.length);
      }),
    );
  });

  it('are the same for the same key at each call (property)', () => {
    fc.assert(
      fc.property(anyKey, (one) => {
        assert.deepEqual([...take(folderNameCandidates(one), 3)], [...take(folderNameCandidates({ ...one }), 3)]);
      }),
    );
  });
});

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const value of values) {
    if (left === 0) {
      return;
    }
    left -= 1;
    yield value;
  }
}
