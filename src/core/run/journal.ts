// The journal of a run that goes on when its window is reloaded or closed: what the next program needs to go on reading it.
// One file for each run, `<data>/running/<run id>.jsonl`: a head, then what came from the kernel, a value a line.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelMessage } from '@jupyterlab/services';
import * as v from 'valibot';
import { causeOf } from '../errors.ts';
import type { Log } from '../log.ts';

const headSchema = v.object({
  version: v.literal(1),
  runId: v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/u)),
  key: v.object({ user: v.string(), chatId: v.string(), messageId: v.string() }),
  kernelId: v.string(),
  kernelName: v.string(),
  language: v.string(),
  /** The gateway, as a lease names it. */
  connection: v.string(),
  /** Under which the gateway keeps what the kernel says while nobody is connected. */
  clientId: v.string(),
  grounding: v.picklist(['mounted', 'translated', 'untranslated']),
  reach: v.picklist(['shared', 'channel']),
  kernelFolder: v.string(),
  realPaths: v.array(v.string()),
  code: v.string(),
  document: v.exactOptional(
    v.object({
      name: v.string(),
      uri: v.exactOptional(v.string()),
      firstLine: v.number(),
      firstColumn: v.exactOptional(v.number()),
      indentation: v.exactOptional(v.number()),
    }),
  ),
  timeoutSeconds: v.number(),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  skipped: v.array(v.object({ path: v.string(), reason: v.string() })),
});

export type JournalHead = Readonly<v.InferOutput<typeof headSchema>>;

const messageSchema = v.object({
  header: v.looseObject({ msg_type: v.string() }),
  content: v.looseObject({}),
});

const lineSchema = v.union([v.object({ sent: v.string() }), v.object({ message: messageSchema })]);

/** A message as the output model takes it. */
type OutputMessage = Pick<KernelMessage.IIOPubMessage, 'header' | 'content'>;

export interface Journal {
  /** The id of the request on its way: its replies are known by it. */
  sent(messageId: string): void;
  message(message: OutputMessage): void;
  /** Writes down what came until now. */
  flush(): Promise<void>;
  /** The run has ended, or has no use for a journal. */
  remove(): void;
}

/** A journal that is there: of a run under way, or of one whose program is gone. */
export interface FoundJournal {
  readonly path: string;
  readonly head: JournalHead;
}

export interface JournalContent {
  /** The id of the request that was sent last. */
  readonly messageId: string;
  readonly messages: readonly OutputMessage[];
}

/** Milliseconds until what came is on disk: that much output may be lost with a program that is killed. */
const flushInterval = 200;
/** Bytes of one journal; what comes after that is lost with a program that is killed, and counted. */
const mostBytes = 32 << 20;

/** Kinds of messages that the output model looks at. */
const isOutput = ({ header }: OutputMessage): boolean => header.msg_type !== 'status';

/** Begins a journal, or goes on with the one that is there. Without one a run goes on as well: what can't be written is logged. */
export const beginJournal = (folder: string, head: JournalHead, messageId: string, log: Log): Journal => {
  const path = join(folder, `${head.runId}.jsonl`);
  let waiting: unknown[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let ended = false;

  const failed = (error: unknown): void => {
    ended = true;
    log.warn(`the journal of run ${head.runId} can't be written: ${causeOf(error)}`);
  };
  const write = async (): Promise<void> => {
    const text = waiting.map((value) => `${JSON.stringify(value)}\n`).join('');
    waiting = [];
    bytes += text.length;
    if (!ended && text !== '' && bytes <= mostBytes) {
      await appendFile(path, text).catch(failed);
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (writing = writing.then(write));
  };
  const add = (value: unknown): void => {
    waiting.push(value);
    timer ??= setTimeout(() => void flush(), flushInterval).unref();
  };

  try {
    const lines = [head, { sent: messageId }].map((value) => `${JSON.stringify(value)}\n`);
    if (!existsSync(path)) {
      writeFileSync(path, lines.join(''), { mode: 0o600, flag: 'wx' });
    }
  } catch (error) {
    failed(error);
  }
  return {
    sent: (id) => {
      add({ sent: id });
    },
    message: (message) => {
      if (!ended && bytes <= mostBytes && isOutput(message)) {
        const { header, content } = message;
        add({ message: { header: { msg_type: header.msg_type }, content } });
      }
    },
    flush,
    remove: () => {
      clearTimeout(timer);
      ended = true;
      rmSync(path, { force: true });
    },
  };
};

const valueOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    // The last line of a program that was killed may be half a one.
    return undefined;
  }
};

/** What a journal holds beside its head. */
export const readJournal = (path: string): JournalContent => {
  const [, ...rest] = readFileSync(path, 'utf8').split('\n').map(valueOf);
  let messageId = '';
  const messages: OutputMessage[] = [];
  for (const value of rest) {
    const line = v.safeParse(lineSchema, value);
    if (line.success && 'sent' in line.output) {
      messageId = line.output.sent;
    } else if (line.success && 'message' in line.output) {
      messages.push(line.output.message as unknown as OutputMessage);
    }
  }
  return { messageId, messages };
};

/** The first line of a file that can be long. */
const firstLineOf = (path: string): string => {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.alloc(64 << 10);
      const length = readSync(file, chunk);
      const end = chunk.subarray(0, length).indexOf(10);
      chunks.push(chunk.subarray(0, end < 0 ? length : end));
      if (end >= 0 || length === 0) {
        return Buffer.concat(chunks).toString();
      }
    }
  } finally {
    closeSync(file);
  }
};

/** The journal of one run; `undefined` where it has none. */
export const findJournal = (folder: string, runId: string, log: Log): FoundJournal | undefined =>
  findJournals(folder, log, (name) => name === `${runId}.jsonl`)[0];

/** All journals of the folder. One that says nothing is removed. */
export const findJournals = (
  folder: string,
  log: Log,
  isWanted: (name: string) => boolean = (name) => name.endsWith('.jsonl'),
): readonly FoundJournal[] => {
  const names = readdirSync(folder).filter(isWanted);
  return names.flatMap((name) => {
    const path = join(folder, name);
    try {
      const head = v.safeParse(headSchema, valueOf(firstLineOf(path)));
      if (!head.success) {
        rmSync(path, { force: true });
        return [];
      }
      return [{ path, head: head.output }];
    } catch (error) {
      // Its run may have ended just now.
      log.info(`the journal ${name} can't be read: ${causeOf(error)}`);
      return [];
    }
  });
};
