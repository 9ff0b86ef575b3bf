import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelOf, labelOfMessages } from '../../../src/core/chat/labels.ts';
import { anyText } from '../../support/anyText.ts';

describe('the label of a message', () => {
  const cases: [text: string, label: string | null][] = [
    ['What sold best?', 'What sold best?'],
    ['# Sales\n\nmore', 'Sales'],
    ['Look at [**the** book](a.xlsx)\nand `x`', 'Look at the book and x'],
    ['```py\nx\n```\n\n- do this', 'do this'],
    ['<!-- mark -->\n\nhello\u202E\u200B there', 'hello there'],
    ['a '.repeat(50), `${'a '.repeat(30).trimEnd()}…`],
    ['数据'.repeat(40), `${'数据'.repeat(30)}…`],
    ['👩‍👩‍👧‍👦'.repeat(3), '👩‍👩‍👧‍👦'.repeat(3)],
    ['👩🏽‍💻 می‌خواهم', '👩🏽‍💻 می‌خواهم'],
    ['```py\nx\n```', null],
    ['', null],
    ['\u200B', null],
  ];
  for (const [text, label] of cases) {
    it(`of ${JSON.stringify(text.slice(0, 30))} is ${label ?? 'none'}`, () => {
      assert.equal(labelOf(text), label);
    });
  }

  it('of a turn is what the user asked', () => {
    const turn = [
      { role: 'assistant', text: 'Hello' },
      { role: 'user', text: '```\n```' },
      { role: 'user', text: 'Hi' },
    ];
    assert.equal(labelOfMessages(turn), 'Hi');
    assert.equal(labelOfMessages(turn.slice(0, 2)), 'Hello');
    assert.equal(labelOfMessages([]), null);
  });

  it('is one short line whatever the text', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), (text) => {
        const label = labelOf(text, 10) ?? '';
        assert.doesNotMatch(label, /[\p{Cc}\p{Zl}\p{Zp}]/u);
        assert.ok([...new Intl.Segmenter().segment(label)].length <= 11);
      }),
    );
  });
});
