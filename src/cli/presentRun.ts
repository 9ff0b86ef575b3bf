// A run for people: output as it comes, then the files and the receipt.
import type { RunEvent, RunNotice } from '../core/run/events.ts';
import type { NotebookOutput, RunResult } from '../core/run/result.ts';
import { describeNotice } from '../wording/notices.ts';
import { receiptOf } from '../wording/receipt.ts';
import type { Output } from './output.ts';
import { sizeText } from './sizeText.ts';

const textOf = (output: NotebookOutput): string => {
  switch (output.output_type) {
    case 'stream':
      return '';
    case 'error':
      return `${output.traceback.join('\n')}\n`;
    case 'display_data':
    case 'execute_result': {
      const plain = output.data['text/plain'];
      return typeof plain === 'string' ? `${plain}\n` : '';
    }
  }
};

/** Setting up is told once for each step; its progress would flood a terminal. */
const stepKey = (notice: RunNotice): string => {
  switch (notice.code) {
    case 'setup':
      return notice.step;
    case 'transfer':
      return `${notice.direction} ${notice.waiting}`;
    default:
      return JSON.stringify(notice);
  }
};

/** A listener that writes what the code prints at once, and notices on standard error. */
export const presentEvents = (output: Output): ((event: RunEvent) => void) => {
  const told = new Set<string>();
  return (event) => {
    switch (event.kind) {
      case 'stream':
        if (event.name === 'stdout') {
          output.print(event.text);
        } else if (!output.json) {
          process.stderr.write(event.text);
        }
        break;
      case 'output':
        if (!event.replaces) {
          output.print(textOf(event.output));
        }
        break;
      case 'notice':
        if (!told.has(stepKey(event.notice))) {
          told.add(stepKey(event.notice));
          output.note(describeNotice(event.notice));
        }
        break;
      case 'begin':
      case 'phase':
      case 'clear':
      case 'outputs':
        break;
    }
  };
};

/** The files of a run and its receipt. */
export const presentResult = (output: Output, result: RunResult): void => {
  if (output.json) {
    return;
  }
  const width = Math.max(0, ...result.files.map(({ path }) => path.length));
  const files = result.files.map(
    (file) =>
      `  ${file.path.padEnd(width)}  ${sizeText(file.size).padStart(10)}  ${file.format}  (${file.status}, ${file.id})`,
  );
  const skipped = result.skipped.map(({ path, reason }) => `  ${path}: ${reason}`);
  if (result.status !== 'ok' && result.error?.traceback.length === 0) {
    output.note(`${result.error.name}: ${result.error.value}`);
  }
  output.print(['', ...files, ...skipped, receiptOf(result), ''].join('\n'));
};
