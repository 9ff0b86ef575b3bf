// Kernel messages as websocket frames, both wire formats that servers speak.
//
// Our own, because the one in @jupyterlab/services sends the whole buffer behind a typed-array view: of a pooled Buffer
// that is 8 KiB of other data, which may hold secrets. And because a frame that can't be read must not throw into the
// socket's event: https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
import type { KernelMessage } from '@jupyterlab/services';
import { validateMessage } from '@jupyterlab/services/lib/kernel/validate.js';

type Message = KernelMessage.IMessage;
type Binary = ArrayBuffer | ArrayBufferView;

export interface Serializer {
  serialize(message: Message, protocol?: string): string | ArrayBuffer;
  deserialize(data: string | ArrayBuffer, protocol?: string): Message;
}

const version1 = 'v1.kernel.websocket.jupyter.org';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const bytesOf = (buffer: Binary): Uint8Array =>
  ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);

const join = (parts: readonly Uint8Array[], start: number, total: number): Uint8Array => {
  // Not cleared: each byte of it is written. Not from the pool: its ArrayBuffer must hold nothing else.
  const frame = Buffer.allocUnsafeSlow(total);
  let offset = start;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.byteLength;
  }
  return frame;
};

const serializeVersion1 = (message: Message): ArrayBuffer => {
  const parts = [
    encoder.encode(message.channel),
    ...[message.header, message.parent_header, message.metadata, message.content].map((part) =>
      encoder.encode(JSON.stringify(part)),
    ),
    ...(message.buffers ?? []).map(bytesOf),
  ];
  // A count of offsets, the offsets (64 bits, little endian), then the parts; the last offset is the end.
  const head = 8 * (parts.length + 2);
  const total = parts.reduce((sum, part) => sum + part.byteLength, head);
  const frame = join(parts, head, total);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(parts.length + 1), true);
  let offset = head;
  for (const [index, part] of [...parts, new Uint8Array(0)].entries()) {
    view.setBigUint64(8 * (index + 1), BigInt(offset), true);
    offset += part.byteLength;
  }
  return frame.buffer as ArrayBuffer;
};

const deserializeVersion1 = (data: ArrayBuffer): Message => {
  const view = new DataView(data);
  const count = Number(view.getBigUint64(0, true));
  if (count < 6 || count > data.byteLength / 8) {
    throw new RangeError(`${count} offsets in a frame of ${data.byteLength} bytes`);
  }
  const offsetAt = (index: number): number => Number(view.getBigUint64(8 * (index + 1), true));
  const part = (index: number): Uint8Array =>
    new Uint8Array(data, offsetAt(index), offsetAt(index + 1) - offsetAt(index));
  const json = (index: number): unknown => JSON.parse(decoder.decode(part(index)));
  const buffers: DataView[] = [];
  for (let index = 5; index < count - 1; index++) {
    const { buffer, byteOffset, byteLength } = part(index);
    buffers.push(new DataView(buffer, byteOffset, byteLength));
  }
  return {
    channel: decoder.decode(part(0)),
    header: json(1),
    parent_header: json(2),
    metadata: json(3),
    content: json(4),
    buffers,
  } as Message;
};

const serializeLegacy = (message: Message): string | ArrayBuffer => {
  const { buffers = [], ...rest } = message;
  if (buffers.length === 0) {
    return JSON.stringify(rest);
  }
  // A count of parts and their offsets (32 bits, big endian), the message as JSON, then the buffers.
  const parts = [encoder.encode(JSON.stringify(rest)), ...buffers.map(bytesOf)];
  const head = 4 * (parts.length + 1);
  const frame = join(
    parts,
    head,
    parts.reduce((sum, part) => sum + part.byteLength, head),
  );
  const view = new DataView(frame.buffer);
  view.setUint32(0, parts.length);
  let offset = head;
  for (const [index, part] of parts.entries()) {
    view.setUint32(4 * (index + 1), offset);
    offset += part.byteLength;
  }
  return frame.buffer as ArrayBuffer;
};

const deserializeLegacy = (data: string | ArrayBuffer): Message => {
  if (typeof data === 'string') {
    return JSON.parse(data) as Message;
  }
  const view = new DataView(data);
  const count = view.getUint32(0);
  if (count < 1 || 4 * (count + 1) > data.byteLength) {
    throw new RangeError(`${count} parts in a frame of ${data.byteLength} bytes`);
  }
  const bounds = Array.from({ length: count }, (_, index) => view.getUint32(4 * (index + 1)));
  bounds.push(data.byteLength);
  const [start = 0, end = 0] = bounds;
  const message = JSON.parse(decoder.decode(new Uint8Array(data, start, end - start))) as Message;
  message.buffers = bounds
    .slice(1, -1)
    .map((from, index) => new DataView(data, from, (bounds[index + 2] ?? from) - from));
  return message;
};

export interface SerializerEvents {
  /** A frame that could not be read; the connection goes on with a message of no effect. */
  readonly onUnreadable: (problem: string) => void;
  /**
   * The gateway found the kernel dead and starts another one, without the variables. Not passed on: the library would
   * reconnect by itself, with a promise that nobody can catch.
   */
  readonly onAutorestart: () => void;
}

const channels: readonly unknown[] = ['shell', 'iopub', 'stdin', 'control'];

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The library checks each message too, but throws what it finds into the socket's event, where it is everybody's uncaught exception.
 * Its own check is used, so that nothing gets past this one which fails there.
 * @throws Error for a message that a bit which flipped on the way, or a kernel that talks nonsense, has made
 */
const check = (message: Message): void => {
  const {
    channel,
    header,
    parent_header: parent,
    metadata,
    content,
  } = message as Partial<Record<keyof Message, unknown>>;
  if (![header, metadata, content].every(isRecord) || !(parent === null || isRecord(parent))) {
    throw new TypeError('a message with a part that is no object');
  }
  if (!channels.includes(channel)) {
    throw new TypeError('a message of no channel');
  }
  validateMessage(message);
};

const isAutorestart = (message: Message): boolean =>
  message.channel === 'iopub' &&
  message.header.msg_type === 'status' &&
  (message.content as { execution_state?: unknown }).execution_state === 'restarting';

/** Makes a serializer for one connection. */
export const createSerializer = (events: SerializerEvents): Serializer => {
  let session = '';
  return {
    serialize: (message, protocol = '') =>
      protocol === version1 ? serializeVersion1(message) : serializeLegacy(message),
    deserialize: (data, protocol = '') => {
      try {
        const message =
          protocol === version1 && typeof data !== 'string' ? deserializeVersion1(data) : deserializeLegacy(data);
        check(message);
        if (isAutorestart(message)) {
          events.onAutorestart();
          return withoutEffect(session);
        }
        session = message.header.session;
        return message;
      } catch (error) {
        events.onUnreadable(error instanceof Error ? error.message : String(error));
        return withoutEffect(session);
      }
    },
  };
};

/** A message that no one waits for, in the kernel's own session so that messages around it stay valid. */
const withoutEffect = (session: string): Message =>
  ({
    channel: 'iopub',
    header: { msg_id: '', msg_type: 'no_effect', session, username: '', date: '', version: '5.3' },
    parent_header: {},
    metadata: {},
    content: {},
    buffers: [],
  }) as unknown as Message;
