import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { conversationOf, importChats, type Imported, type ImportedChat } from '../../../src/core/chat/imports.ts';
import { parseTranscript, writeTranscript } from '../../../src/core/chat/transcript.ts';

const exports = join(import.meta.dirname, 'exports');

const imported = async (name: string): Promise<Imported> =>
  importChats(await readFile(join(exports, name), 'utf8'), name);

const told = ({ messages }: ImportedChat): unknown =>
  messages.map(({ messageId, role, text, attachments }) => [messageId, role, text, ...attachments]);

describe('conversations exported from other programs', () => {
  it('ChatGPT: the branch that is shown, with the code that was run; a damaged conversation is named', async () => {
    const { origin, chats, skipped } = await imported('chatgpt.json');
    assert.equal(origin, 'ChatGPT');
    assert.deepEqual(
      skipped.map(({ index }) => index),
      [1],
    );
    assert.deepEqual(
      [chats[0]?.chatId, chats[0]?.title, chats[0]?.createdAt],
      ['conv-1', 'Sales', '2026-01-05T08:00:00.250Z'],
    );
    assert.deepEqual(told(chats[0]!), [
      ['n2', 'user', 'Sum it up', { name: 'sales [2025].xlsx', source: 'file-1' }],
      [
        'n2',
        'assistant',
        '````python\nimport pandas as pd\nprint("```")\n````\n\nDone: [file](sandbox:/mnt/data/sum.xlsx)',
      ],
    ]);
  });

  it('Claude: text parts, attachments and files; a title from its first words', async () => {
    const { origin, chats } = await imported('claude.json');
    assert.equal(origin, 'Claude');
    assert.deepEqual(
      [chats[0]?.chatId, chats[0]?.title, chats[0]?.createdAt],
      ['c-1', 'Plot this', '2026-01-05T08:00:00.123Z'],
    );
    assert.deepEqual(told(chats[0]!), [
      ['m-1', 'user', 'Plot this', { name: 'notes.txt', source: null }, { name: 'data.csv', source: null }],
      ['m-1', 'assistant', 'Here:\n\n```python\nplot()\n```'],
    ]);
  });

  it('Open WebUI: the branch that is shown, without its reasoning', async () => {
    const { origin, chats } = await imported('openWebui.json');
    assert.equal(origin, 'Open WebUI');
    assert.deepEqual(
      [chats[0]?.chatId, chats[0]?.title, chats[0]?.createdAt],
      ['chat-1', 'Plot', '2026-01-05T08:00:00.000Z'],
    );
    assert.deepEqual(told(chats[0]!), [
      ['a', 'user', 'Plot it', { name: 'a b.csv', source: 'f-1' }],
      ['a', 'assistant', '```python\nplot()\n```'],
      ['d', 'user', 'Thanks'],
    ]);
  });

  it('LibreChat: the last branch of the tree, text in parts', async () => {
    const { origin, chats } = await imported('librechat.json');
    assert.equal(origin, 'LibreChat');
    assert.deepEqual(told(chats[0]!), [
      ['r', 'user', 'Hello', { name: 'in.csv', source: '/uploads/in.csv' }],
      ['r', 'assistant', 'Two\n\nThree'],
      ['r3', 'user', 'And?'],
    ]);
  });

  it('VS Code: requests, responses and attached files', async () => {
    const { origin, chats } = await imported('vscode.json');
    assert.equal(origin, 'VS Code');
    assert.match(chats[0]?.chatId ?? '', /^vscode-[0-9a-f]{12}$/u);
    assert.deepEqual(told(chats[0]!), [
      [
        'request_1',
        'user',
        'Plot #file:data.csv',
        { name: 'data.csv', source: '/w/data.csv' },
        { name: 'b.py', source: '/w/b.py' },
      ],
      ['request_1', 'assistant', 'Look at `data.csv`:\n\n```python\nplot()\n```'],
      ['request_2', 'user', 'old shape'],
    ]);
  });

  it('become transcripts that have the same ids, code and attachments', async () => {
    for (const name of ['chatgpt.json', 'claude.json', 'openWebui.json', 'librechat.json', 'vscode.json']) {
      const { chats } = await imported(name);
      for (const chat of chats) {
        const { chatId, messages } = parseTranscript(writeTranscript(conversationOf(chat)), { fileName: name });
        assert.equal(chatId, chat.chatId);
        assert.deepEqual(
          messages.map(({ messageId, role }) => [messageId, role]),
          chat.messages.map(({ messageId, role }) => [messageId, role]),
        );
        assert.deepEqual(
          messages[0]?.attachments.map(({ target }) => target),
          chat.messages[0]?.attachments.map((attachment) => attachment.name),
        );
      }
    }
  });

  it('link files by their names alone, whatever path an export claims', () => {
    const message = { messageId: 'm', role: 'user' as const, text: 'x', createdAt: null };
    const attachments = ['../../etc/passwd', 'C:\\x\\a#b%.csv', 'c](d).csv'].map((name) => ({ name, source: null }));
    const chat = { chatId: 'c', title: 't', createdAt: null, messages: [{ ...message, attachments }] };
    assert.deepEqual(
      parseTranscript(writeTranscript(conversationOf(chat)), { fileName: 'x' }).messages[0]?.attachments.map(
        ({ target }) => target,
      ),
      ['passwd', 'a#b%.csv', 'c](d).csv'],
    );
  });

  it('that are no exports are refused with their cause', () => {
    for (const text of ['', 'not JSON', '{}', '[]', '[1]', 'null', '{"requests":[]}']) {
      assert.throws(() => importChats(text, 'x.json'), { code: 'transcript.unreadable' }, text);
    }
  });

  it('of any shape are read, skipped or refused, but nothing else happens', async () => {
    const originals = await Promise.all(
      ['chatgpt.json', 'claude.json', 'openWebui.json', 'librechat.json', 'vscode.json'].map(async (name) =>
        readFile(join(exports, name), 'utf8'),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.nat(),
        fc.constantFrom('null', '0', '""', '[]', '{}', '"x"'),
        (original, place, value) => {
          // One value somewhere in the export is replaced by another.
          const values = [
            ...original.matchAll(/(?<=: |\[\n *|,\n *)(?:"[^"\n]*"|\d+(?:\.\d+)?|true|false|null)(?=[,\n])/gu),
          ];
          const at = values[place % values.length]!;
          const text = original.slice(0, at.index) + value + original.slice(at.index + at[0].length);
          try {
            const { chats, skipped } = importChats(text, 'x.json');
            assert.ok(chats.length + skipped.length > 0);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'transcript.unreadable');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
