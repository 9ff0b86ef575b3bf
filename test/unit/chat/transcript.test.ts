import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ensureMessageIds,
  parseTranscript,
  writeTranscript,
  type Transcript,
} from '../../../src/core/chat/transcript.ts';
import { anyText } from '../../support/anyText.ts';

const fileName = 'folder/sales.chat.md';
const parse = (text: string): Transcript => parseTranscript(text, { fileName });
const ensure = (text: string): { text: string; changed: boolean } => ensureMessageIds(text, { fileName });
const targets = (text: string): string[] => parse(text).messages[0]?.attachments.map(({ target }) => target) ?? [];

const sample = `<!-- chat: c1 -->

# Sales & *more*

## User
<!-- message: m1 -->

Look at [the book](sales.xlsx) please.

## Assistant

\`\`\`python
print(1)
\`\`\`

## User
<!-- message: m2 -->

And now?

## Assistant

Done.
`;

describe('reading a transcript', () => {
  it('gives each turn its id, its attachments and its code', () => {
    const { chatId, title, messages } = parse(sample);
    assert.equal(chatId, 'c1');
    assert.equal(title, 'Sales & more');
    assert.deepEqual(
      messages.map(({ messageId, role, startLine, endLine }) => [messageId, role, startLine, endLine]),
      [
        ['m1', 'user', 4, 7],
        ['m1', 'assistant', 9, 13],
        ['m2', 'user', 15, 18],
        ['m2', 'assistant', 20, 22],
      ],
    );
    assert.deepEqual(messages[0]?.text, 'Look at [the book](sales.xlsx) please.');
    const attachment = { target: 'sales.xlsx', label: 'the book', line: 7 };
    assert.deepEqual(messages[0].attachments, [attachment]);
    assert.deepEqual(messages[1]?.attachments, [attachment]);
    assert.deepEqual(messages[2]?.attachments, []);
    assert.deepEqual(
      messages[1].codeBlocks.map(({ code, firstLine }) => [code, firstLine]),
      [['print(1)', 12]],
    );
  });

  it('reads a file without any mark, the same each time and wherever its turns stand', () => {
    const text = '# T\n\n## You\n\nhi\n\n## ChatGPT\n\nhello\n\n## You\n\nbye';
    const first = parse(text);
    assert.deepEqual(
      first.messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.equal(first.messages[0]?.messageId, first.messages[1]?.messageId);
    assert.notEqual(first.messages[0]?.messageId, first.messages[2]?.messageId);
    assert.deepEqual(parse(text), first);
    const moved = parse(text.replace('## You', '## You\n\nnew\n\n## You'));
    assert.equal(moved.messages[1]?.messageId, first.messages[0]?.messageId);
    assert.match(first.chatId, /^sales-[0-9a-f]{8}$/u);
    assert.notEqual(parseTranscript(text, { fileName: 'other/sales.chat.md' }).chatId, first.chatId);
  });

  it('takes a file without headings of roles as one message of the user', () => {
    const { title, messages } = parse('# Notes\n\n[d](d.csv)\n\n## Users\n\n```py\nx\n```\n\n## A user guide\n');
    assert.equal(title, 'Notes');
    assert.equal(messages.length, 1);
    assert.deepEqual([messages[0]?.role, messages[0]?.startLine, messages[0]?.codeBlocks.length], ['user', 0, 1]);
    assert.deepEqual(
      messages[0]?.attachments.map(({ target }) => target),
      ['d.csv'],
    );
  });

  it('has no message where there is no text', () => {
    for (const text of ['', '\n \n', '\uFEFF', '<!-- chat: a -->\n']) {
      assert.deepEqual(parse(text).messages, []);
      assert.deepEqual(ensure(text), { text, changed: false });
    }
    assert.equal(parse('<!-- chat: a -->').chatId, 'a');
  });

  it('runs code that stands before the first heading as a message of its own', () => {
    const { messages } = parse('# T\n\n```py\nx\n```\n\n## User\n\nhi');
    assert.deepEqual(
      messages.map(({ codeBlocks }) => codeBlocks.length),
      [1, 0],
    );
    assert.notEqual(messages[0]?.messageId, messages[1]?.messageId);
    assert.equal(parse('# T\n\nintroduction\n\n## User\n\nhi').messages.length, 1);
  });

  it('gives a reply with a mark of its own a workspace of its own, with the attachments of the last request', () => {
    const { messages } = parse(
      '## User\n<!-- message: a -->\n[f](f.csv)\n\n## Assistant\n<!-- message: b -->\nx\n\n## Assistant\ny',
    );
    assert.deepEqual(
      messages.map(({ messageId, attachments }) => [messageId, attachments[0]?.target]),
      [
        ['a', 'f.csv'],
        ['b', 'f.csv'],
        ['b', 'f.csv'],
      ],
    );
  });

  it('reads marks in a heading, after blank lines, and in any case', () => {
    const text =
      '## Anna <!-- message: a -->\nx\n\n### Assistant\n\n<!--message:b c-->\n\ny\n\n## User\n<!-- MESSAGE: %2D%2D -->\nz';
    assert.deepEqual(
      parse(text).messages.map(({ messageId, role, text: body }) => [messageId, role, body]),
      [
        ['a', 'user', 'x'],
        ['b c', 'assistant', 'y'],
        ['--', 'user', 'z'],
      ],
    );
  });

  it('keeps the marked messages apart when a reply leaves a fence or HTML open', () => {
    for (const open of ['```python\nprint(1)', '<!-- note', '<pre>', '- a\n  ```']) {
      const text = `## Assistant\n<!-- message: a -->\n${open}\n\n## User\n<!-- message: b -->\nnext\n\n## Assistant\n\`\`\`py\n2\n\`\`\`\n`;
      assert.deepEqual(
        parse(text).messages.map(({ messageId, role }) => [messageId, role]),
        [
          ['a', 'assistant'],
          ['b', 'user'],
          ['b', 'assistant'],
        ],
        open,
      );
    }
  });

  it('takes an example of a transcript inside a closed fence as text', () => {
    const text =
      '## User\n<!-- message: a -->\n````md\n## User\n<!-- message: x -->\n```py\n1\n```\n````\n\n## Assistant\nok';
    assert.deepEqual(
      parse(text).messages.map(({ messageId, codeBlocks }) => [messageId, codeBlocks.length]),
      [
        ['a', 1],
        ['a', 0],
      ],
    );
  });

  it('takes headings inside quotes, lists, code and replies of another level as text', () => {
    const text = '## User\n\n> ## Assistant\n\n- ## User\n\n```\n## User\n```\n\n### Assistant\n\n# User';
    assert.equal(parse(text).messages.length, 1);
  });

  it('skips front matter', () => {
    const text = '---\ntitle: "## User"\n---\n\n## User\n\nhi\n';
    assert.deepEqual(
      parse(text).messages.map(({ startLine, text: body }) => [startLine, body]),
      [[4, 'hi']],
    );
    assert.ok(ensure(text).text.startsWith('---\ntitle: "## User"\n---\n<!-- chat: '));
  });
});

describe('attachments of a message', () => {
  it('are the files that a request links to, decoded, each once', () => {
    assert.deepEqual(
      targets(
        [
          '## User',
          '[a](a.csv) [again](a.csv) ![i](img/b.png) [c](<my file.csv>) [d](d%20e.csv) [f](f g (1).csv) ![](h i.png "t")',
          '[p](100%.csv) [k](k.md#part) [r][ref] [w](C:\\data\\w.csv) [u](../up.csv) [n](Übersicht.xlsx) [x](file:///tmp/x%20y.csv)',
          '',
          '[ref]: r.csv',
        ].join('\n'),
      ),
      [
        'a.csv',
        'img/b.png',
        'my file.csv',
        'd e.csv',
        'f g (1).csv',
        'h i.png',
        '100%.csv',
        'k.md',
        'r.csv',
        'C:\\data\\w.csv',
        '../up.csv',
        'Übersicht.xlsx',
        '/tmp/x y.csv',
      ],
    );
  });

  it('are never web addresses, anchors, virtual paths or links in code', () => {
    assert.deepEqual(
      targets(
        '## User\n[a](https://x.y/a.csv) [b](#b) [c](//h/c.csv) [d](/mnt/data/d.csv) [e](sandbox:/mnt/data/e.csv) [f](mailto:f@g.h) ![g](data:image/png;base64,AA) `[h](h.csv)` [i]()\n```\n[j](j.csv)\n```\n<https://k.l>',
      ),
      [],
    );
  });

  it('are not taken from replies', () => {
    assert.deepEqual(targets('## User\nhi\n## Assistant\n[a](a.csv)'), []);
  });

  it('say their line and label', () => {
    assert.deepEqual(parse('## User\n\nfirst\nsecond [the *file*](a.csv)\n![pic](b.png)').messages[0]?.attachments, [
      { target: 'a.csv', label: 'the file', line: 3 },
      { target: 'b.png', label: 'pic', line: 4 },
    ]);
  });
});

describe('writing message ids into a transcript', () => {
  it('inserts only what is missing', () => {
    const { text, changed } = ensure('# T\n\n## User\nhi\n\n## Assistant\n\nhello');
    assert.equal(changed, true);
    assert.match(
      text,
      /^<!-- chat: sales-[0-9a-f]{8} -->\n\n# T\n\n## User\n<!-- message: [0-9a-f]{12} -->\nhi\n\n## Assistant\n\nhello$/u,
    );
  });

  it('leaves a text that has them all byte for byte', () => {
    assert.deepEqual(ensure(sample), { text: sample, changed: false });
  });

  it('keeps Windows line ends and a byte order mark', () => {
    const { text } = ensure('\uFEFF## User\r\nhi\r\n');
    assert.match(text, /^\uFEFF<!-- chat: [^\r\n]+ -->\r\n\r\n## User\r\n<!-- message: [0-9a-f]{12} -->\r\nhi\r\n$/u);
  });

  it('marks a heading on the last line without a line end', () => {
    const { text } = ensure('<!-- chat: c -->\n## User');
    assert.match(text, /^<!-- chat: c -->\n## User\n<!-- message: [0-9a-f]{12} -->\n$/u);
  });

  it('gives the copy of a message an id of its own and leaves the first one alone', () => {
    const turn = '## User\n<!-- message: m -->\nhi\n\n## Assistant\n<!-- message: m -->\nhello\n\n';
    const { text } = ensure(`<!-- chat: c -->\n\n${turn}${turn}`);
    assert.ok(text.startsWith(`<!-- chat: c -->\n\n${turn}## User\n<!-- message: `));
    const ids = parse(text).messages.map(({ messageId }) => messageId);
    assert.deepEqual(ids.slice(0, 2), ['m', 'm']);
    assert.notEqual(ids[2], 'm');
    assert.equal(ids[2], ids[3]);
  });

  it('keeps ids with their messages when the file is edited', () => {
    const edited = sample
      .replace('# Sales & *more*', 'Foreword\n')
      .replace('Look at', '## Not a role\n\nLook at')
      .replace('## User\n<!-- message: m2 -->', '## User\n\nin between\n\n## User\n\n<!-- message: m2 -->\n');
    const ids = parse(ensure(edited).text).messages.map(({ messageId }) => messageId);
    assert.deepEqual([ids[0], ids[1], ids[3], ids[4]], ['m1', 'm1', 'm2', 'm2']);
    assert.ok(ids[2] !== undefined && !['m1', 'm2'].includes(ids[2]));
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\n\n',
    '\r\n',
    '## User',
    '## Assistant',
    '\n## User\n',
    '\n## Assistant\n',
    '\n# Title\n',
    '### User',
    'User\n---\n',
    '<!-- message: a -->',
    '\n<!-- message: b -->\n',
    '\n<!-- chat: c -->\n',
    '```py',
    '\n```\n',
    '~~~',
    '> ',
    '- ',
    '    ',
    '<div>',
    '<!--',
    '-->',
    '[a](a.csv)',
    '[r][x]',
    '\n\n[x]: b.csv\n',
    '![a b](a b.csv)',
    '---\nk: v\n---\n',
    '\uFEFF',
    'text',
  ),
  anyText({ maxLength: 5 }),
);
const anyTranscript = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

describe('any text as a transcript', () => {
  it('never throws, gives ranges inside the file in order, and one id to each turn', () => {
    fc.assert(
      fc.property(anyTranscript, (text) => {
        const lines = text.split(/\r\n|\r|\n/u).length;
        let last = -1;
        for (const { startLine, endLine, codeBlocks, messageId } of parse(text).messages) {
          assert.ok(startLine > last && endLine >= startLine && endLine < lines);
          assert.ok(codeBlocks.every(({ fenceLine, lastLine }) => fenceLine >= startLine && lastLine < lines));
          assert.notEqual(messageId, '');
          last = endLine;
        }
      }),
      { numRuns: 800 },
    );
  });

  it('is read the same after its ids are written, which changes nothing the second time', () => {
    const told = ({ chatId, title, messages }: Transcript): unknown => ({
      chatId,
      title,
      messages: messages.map(({ messageId, role, text, codeBlocks, attachments }) => ({
        messageId,
        role,
        text,
        code: codeBlocks.map(({ code }) => code),
        files: attachments.map(({ target }) => target),
      })),
    });
    fc.assert(
      fc.property(anyTranscript, (text) => {
        const before = parse(text);
        const { text: marked, changed } = ensure(text);
        assert.equal(changed, marked !== text);
        assert.deepEqual(told(parse(marked)), before.messages.length === 0 ? told(parse(text)) : told(before));
        assert.deepEqual(ensure(marked), { text: marked, changed: false });
      }),
      { numRuns: 800 },
    );
  });
});

describe('writing a conversation as a transcript', () => {
  it('reads well as Markdown', () => {
    const text = writeTranscript({
      chatId: 'c1',
      title: 'Sales',
      messages: [
        { messageId: 'm1', role: 'user', text: 'Hi\n' },
        { messageId: 'm1', role: 'assistant', text: 'Hello.' },
      ],
    });
    assert.equal(
      text,
      '<!-- chat: c1 -->\n\n# Sales\n\n## User\n<!-- message: m1 -->\n\nHi\n\n## Assistant\n\nHello.\n',
    );
  });

  it('closes a fence that a reply left open, and quotes what would break the transcript', () => {
    const texts = [
      '```py\nx',
      '<!-- open',
      '## User\n\nfake',
      'a\n\n## Assistant\n<!-- message: z -->\nb',
      '<!-- message: z -->',
      '- ```\n  x',
    ];
    const written = writeTranscript({
      chatId: 'c',
      title: '## User `x` <b> *',
      messages: texts.map((text, index) => ({
        messageId: `m${index}`,
        role: index % 2 === 0 ? 'user' : 'assistant',
        text,
      })),
    });
    const { title, messages } = parse(written);
    assert.equal(title, '## User `x` <b> *');
    assert.deepEqual(
      messages.map(({ messageId }) => messageId),
      texts.map((_, index) => `m${index}`),
    );
    assert.equal(messages[0]?.codeBlocks[0]?.closed, true);
  });

  it('gives back every id and role, and the text wherever it is plain', () => {
    const id = fc.oneof(
      fc.uuid(),
      anyText({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('..', '-->', 'a--b', '%', ' ', '\n'),
    );
    const message = fc.record({
      messageId: id,
      role: fc.constantFrom('user' as const, 'assistant' as const, 'system' as const),
      text: anyTranscript,
    });
    fc.assert(
      fc.property(
        id,
        fc.uniqueArray(message, { selector: ({ messageId }) => messageId, minLength: 1, maxLength: 6 }),
        (chatId, messages) => {
          const read = parse(writeTranscript({ chatId, title: 'T', messages }));
          assert.equal(read.chatId, chatId);
          assert.deepEqual(
            read.messages.map(({ messageId, role }) => [messageId, role]),
            messages.map(({ messageId, role }) => [messageId, role]),
          );
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a large transcript', () => {
  it('is read in a time that grows with its length alone', () => {
    for (const part of [
      '## User\n<!-- message: a -->\n```py\nx\n\n',
      '```md\n## User\n<!-- message: a -->\n```\n\n',
      '## User\n\nsame\n\n',
    ]) {
      assert.ok(parse(part.repeat(3000)).messages.length > 0);
    }
  });
});
