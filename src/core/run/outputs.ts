// The output model: kernel messages become nbformat outputs, translated on the way.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-iopub-pub-sub-channel
import { stripVTControlCharacters } from 'node:util';
import type { KernelMessage } from '@jupyterlab/services';
import { growingText, type GrowingText } from './growingText.ts';
import type { OutputTranslator } from './translation.ts';
import type { RunListener } from './events.ts';
import type { MimeBundle, NotebookOutput, RunError } from './result.ts';

/** Characters of printed text kept for one run; the rest is counted, so that endless printing ends in no crash. */
const textLimit = 16 << 20;

/** Milliseconds for which text is held back that may become a path: a prompt, or a line that goes on later, must be seen. */
const longestHold = 300;

export interface OutputModel {
  readonly outputs: readonly NotebookOutput[];
  /** What was printed, without ANSI. */
  stdout(): string;
  stderr(): string;
  readonly result: string | null;
  readonly error: RunError | null;
  /** UTF-8 bytes of printed text as received, before any translation. */
  readonly receivedBytes: { stdout: number; stderr: number };
  /** Characters left out because of the limit. */
  readonly leftOut: number;
  accept(message: KernelMessage.IIOPubMessage): void;
  /** Ends the streams: what a translator held back comes out. */
  end(): void;
}

type StreamName = 'stdout' | 'stderr';

/** Makes an empty model. `translators` turn the kernel's paths into virtual ones; `listener` is told of each change. */
export const createOutputModel = (translate: OutputTranslator, listener: RunListener): OutputModel => {
  const outputs: NotebookOutput[] = [];
  const displays = new Map<string, NotebookOutput[]>();
  const printed: Record<StreamName, GrowingText> = { stdout: growingText(), stderr: growingText() };
  let streamText = growingText();
  const streams = { stdout: translate.stream(), stderr: translate.stream() };
  const receivedBytes = { stdout: 0, stderr: 0 };
  let characters = 0;
  let leftOut = 0;
  let clearBeforeNext = false;
  let result: string | null = null;
  let error: RunError | null = null;

  const changed = (): void => {
    listener({ kind: 'outputs', outputs });
  };

  const clear = (): void => {
    outputs.length = 0;
    displays.clear();
    clearBeforeNext = false;
    listener({ kind: 'clear' });
  };

  const print = (name: StreamName, text: string): void => {
    if (text === '') {
      return;
    }
    if (clearBeforeNext) {
      clear();
    }
    const kept = text.slice(0, Math.max(0, textLimit - characters));
    characters += kept.length;
    leftOut += text.length - kept.length;
    if (kept === '') {
      return;
    }
    printed[name].append(kept);
    const last = outputs.at(-1);
    if (last?.output_type === 'stream' && last.name === name) {
      streamText.append(kept);
      last.text = streamText.text;
    } else {
      streamText = growingText();
      streamText.append(kept);
      outputs.push({ output_type: 'stream', name, text: kept });
    }
    listener({ kind: 'stream', name, text: kept });
    changed();
  };

  const add = (output: NotebookOutput, displayId: string | undefined): void => {
    if (clearBeforeNext) {
      clear();
    }
    outputs.push(output);
    if (displayId !== undefined) {
      displays.set(displayId, [...(displays.get(displayId) ?? []), output]);
    }
    listener({ kind: 'output', output, ...(displayId !== undefined && { displayId }), replaces: false });
    changed();
  };

  const update = (displayId: string, data: MimeBundle, metadata: Record<string, unknown>): void => {
    for (const output of displays.get(displayId) ?? []) {
      if (output.output_type === 'display_data' || output.output_type === 'execute_result') {
        output.data = data;
        output.metadata = metadata;
        listener({ kind: 'output', output, displayId, replaces: true });
      }
    }
    changed();
  };

  let holding: NodeJS.Timeout | undefined;
  const release = (): void => {
    clearTimeout(holding);
    holding = undefined;
    for (const name of ['stdout', 'stderr'] as const) {
      print(name, streams[name].flush());
    }
  };

  const printStream = (name: StreamName, text: string): void => {
    // In the order in which it was printed.
    const other = name === 'stdout' ? 'stderr' : 'stdout';
    if (streams[other].holds) {
      print(other, streams[other].flush());
    }
    print(name, streams[name].push(text));
    clearTimeout(holding);
    holding = streams[name].holds ? setTimeout(release, longestHold) : undefined;
  };

  const accept = (message: KernelMessage.IIOPubMessage): void => {
    const content = message.content as Record<string, unknown>;
    const type: string = message.header.msg_type;
    switch (type) {
      case 'stream': {
        const name: StreamName = content['name'] === 'stderr' ? 'stderr' : 'stdout';
        const text = String(content['text']);
        receivedBytes[name] += Buffer.byteLength(text);
        printStream(name, text);
        break;
      }
      case 'display_data':
      case 'execute_result': {
        release();
        const data = translate.bundle(bundleOf(content['data']));
        const metadata = recordOf(content['metadata']);
        if (type === 'execute_result') {
          const count = content['execution_count'];
          result = typeof data['text/plain'] === 'string' ? data['text/plain'] : null;
          add(
            {
              output_type: 'execute_result',
              execution_count: typeof count === 'number' ? count : null,
              data,
              metadata,
            },
            displayIdOf(content),
          );
        } else {
          add({ output_type: 'display_data', data, metadata }, displayIdOf(content));
        }
        break;
      }
      case 'update_display_data': {
        const displayId = displayIdOf(content);
        if (displayId !== undefined) {
          update(displayId, translate.bundle(bundleOf(content['data'])), recordOf(content['metadata']));
        }
        break;
      }
      case 'clear_output':
        release();
        if (content['wait'] === true) {
          clearBeforeNext = true;
        } else {
          clear();
          changed();
        }
        break;
      case 'error': {
        release();
        const output = errorOutput(content, translate);
        error = {
          name: output.ename,
          value: stripVTControlCharacters(output.evalue),
          traceback: output.traceback.map((line) => stripVTControlCharacters(line)),
        };
        add(output, undefined);
        break;
      }
    }
  };

  return {
    outputs,
    receivedBytes,
    stdout: () => stripVTControlCharacters(printed.stdout.text),
    stderr: () => stripVTControlCharacters(printed.stderr.text),
    get result() {
      return result;
    },
    get error() {
      return error;
    },
    get leftOut() {
      return leftOut;
    },
    accept,
    end: release,
  };
};

const errorOutput = (
  content: Record<string, unknown>,
  translate: OutputTranslator,
): Extract<NotebookOutput, { output_type: 'error' }> => {
  const lines = Array.isArray(content['traceback']) ? content['traceback'] : [];
  return {
    output_type: 'error',
    ename: String(content['ename']),
    evalue: translate.text(String(content['evalue'])),
    traceback: lines.map((line) => translate.text(String(line))),
  };
};

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const bundleOf = (value: unknown): MimeBundle => recordOf(value);

const displayIdOf = (content: Record<string, unknown>): string | undefined => {
  const id = recordOf(content['transient'])['display_id'];
  return typeof id === 'string' ? id : undefined;
};
