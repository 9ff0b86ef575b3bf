import assert from 'node:assert/strict';
import { doctorReport } from '../../../src/extension/connection/doctorReport.ts';

describe('the report of the Doctor', () => {
  it('has a heading for each thing, and knows where those are that need help', () => {
    const { text, remedies } = doctorReport(
      [
        { name: 'Program', found: 'Node', good: true, remedy: 'none' },
        { name: 'Data folder', found: '/a_b/*c* <x>', good: false, remedy: 'cleanUp' },
      ],
      { title: 'Doctor', verdict: 'Wrong.', machine: 'Linux' },
    );
    assert.equal(remedies.length, 1);
    const [{ line, remedy }] = remedies as [(typeof remedies)[number]];
    assert.deepEqual([text.split('\n')[line], remedy], ['## ✗ Data folder', 'cleanUp']);
    assert.ok(text.includes('/a\\_b/\\*c\\* \\<x\\>'));
  });
});
