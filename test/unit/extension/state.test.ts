import assert from 'node:assert/strict';
import { elapsedText, stateOf } from '../../../src/extension/connection/state.ts';

describe('the state in the status bar', () => {
  const rest = { running: [], isConnecting: false, isConnected: false, failure: undefined };
  const prepared = { executingSince: undefined };

  it('is one of five', () => {
    assert.deepEqual(stateOf(rest), { kind: 'off' });
    assert.deepEqual(stateOf({ ...rest, isConnected: true }), { kind: 'idle' });
    assert.deepEqual(stateOf({ ...rest, isConnecting: true }), { kind: 'starting' });
    assert.deepEqual(stateOf({ ...rest, running: [prepared] }), { kind: 'starting' });
    assert.deepEqual(stateOf({ ...rest, failure: 'no' }), { kind: 'failed', reason: 'no' });
  });

  it('tells of what runs before what failed, since the oldest began', () => {
    const running = [{ executingSince: 5 }, prepared, { executingSince: 3 }];
    assert.deepEqual(stateOf({ ...rest, running, failure: 'no' }), { kind: 'busy', runs: 2, since: 3 });
    assert.deepEqual(stateOf({ ...rest, isConnecting: true, failure: 'no' }), { kind: 'starting' });
  });

  it('tells time as people read it', () => {
    const texts = [-5, 0, 59_999, 60_000, 185_000, 3_723_000].map(elapsedText);
    assert.deepEqual(texts, ['0 s', '0 s', '59 s', '1:00', '3:05', '1:02:03']);
  });
});
