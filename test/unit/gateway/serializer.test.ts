// What comes over the socket is never believed: the library throws for a bad message, into an event where nobody catches.
import assert from 'node:assert/strict';
import { validateMessage } from '@jupyterlab/services/lib/kernel/validate.js';
import { KernelMessage } from '@jupyterlab/services';
import { createSerializer, type Serializer } from '../../../src/core/gateway/serializer.ts';

const version1 = 'v1.kernel.websocket.jupyter.org';

const fresh = (): { readonly serializer: Serializer; readonly problems: string[] } => {
  const problems: string[] = [];
  const serializer = createSerializer({
    onUnreadable: (problem) => {
      problems.push(problem);
    },
    onAutorestart: () => undefined,
  });
  return { serializer, problems };
};

const status = KernelMessage.createMessage({
  msgType: 'status',
  channel: 'iopub',
  session: 'of the kernel',
  content: { execution_state: 'idle' },
  parentHeader: KernelMessage.createMessage({
    msgType: 'kernel_info_request',
    channel: 'shell',
    session: 'ours',
    content: {},
  }).header,
});

const comm = {
  ...KernelMessage.createMessage({
    msgType: 'comm_msg',
    channel: 'iopub',
    session: 'of the kernel',
    content: { comm_id: 'one', data: { text: '{}' } },
  }),
  buffers: [Uint8Array.of(1, 2, 3).buffer],
};

const flipped = (frame: string | ArrayBuffer, bit: number): string | ArrayBuffer => {
  const bytes = typeof frame === 'string' ? Buffer.from(frame) : Buffer.from(frame.slice(0));
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  const { buffer, byteOffset, byteLength } = bytes;
  return typeof frame === 'string' ? bytes.toString() : buffer.slice(byteOffset, byteOffset + byteLength);
};

const bitsOf = (frame: string | ArrayBuffer): number =>
  8 * (typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength);

describe('a frame from the gateway', () => {
  for (const protocol of [version1, '']) {
    for (const message of [status, comm]) {
      it(`is a message that the library takes, whichever bit of it flipped: ${message.header.msg_type}, ${protocol || 'the old protocol'}`, () => {
        const { serializer, problems } = fresh();
        const frame = serializer.serialize(message, protocol);
        validateMessage(serializer.deserialize(frame, protocol));
        assert.deepEqual(problems, []);
        for (let bit = 0; bit < bitsOf(frame); bit++) {
          validateMessage(serializer.deserialize(flipped(frame, bit), protocol));
        }
        assert.ok(problems.length > 100, `${problems.length} were found out`);
      });
    }
  }

  it('that makes no sense is said, and has no effect', () => {
    const { serializer, problems } = fresh();
    const of = (change: object): string => JSON.stringify({ ...status, buffers: undefined, ...change });
    const bad = [
      'null',
      '[]',
      '{}',
      'no JSON',
      of({ header: null }),
      of({ header: { ...status.header, session: 7 } }),
      of({ content: null }),
      of({ content: { execution_state: 'idld' } }),
      of({ parent_header: 'text' }),
      of({ channel: 'shelm' }),
      of({ metadata: [] }),
    ];
    for (const frame of bad) {
      assert.equal(serializer.deserialize(frame).header.msg_type, 'no_effect', frame);
    }
    assert.equal(problems.length, bad.length);
  });

  it('that ends in its midst is said, and has no effect', () => {
    const { serializer, problems } = fresh();
    const frame = serializer.serialize(comm, version1) as ArrayBuffer;
    for (let length = 0; length < frame.byteLength - 3; length++) {
      assert.equal(serializer.deserialize(frame.slice(0, length), version1).header.msg_type, 'no_effect');
    }
    assert.equal(problems.length, frame.byteLength - 3);
  });
});
