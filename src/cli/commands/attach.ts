// attach: puts files into a message's workspace.
import { resolve } from 'node:path';
import { CodedError } from '../../core/errors.ts';
import { describeError } from '../../wording/errors.ts';
import type { Command } from '../commandLine.ts';
import { messageOptions, required, text } from '../options.ts';
import { openFromOptions } from '../services.ts';

export const attachCommand: Command = {
  usage: 'attach FILE... --message ID [--chat ID]',
  summary: 'Gives a message private copies of files: they are in its /mnt/data from then on.',
  options: messageOptions,
  run: async ({ values, positionals, output, signal }) => {
    if (positionals.length === 0) {
      throw new CodedError('usage.invalid', { problem: 'name the files to attach' });
    }
    const messageId = required(values, 'message');
    const chatId = text(values, 'chat') ?? messageId;
    const interpreter = await openFromOptions(values, output.log);
    try {
      const sources = positionals.map((path) => ({ path: resolve(path) }));
      const { prepared, skipped } = await interpreter.attach(interpreter.key(chatId, messageId), sources, signal);
      const attached = prepared.map((file) => ({
        path: `/mnt/data/${file.relativePath}`,
        source: file.sourcePath,
        size: file.size,
        sha256: file.sha256,
        way: file.way,
      }));
      if (output.json) {
        output.value({ attached, skipped });
      }
      for (const file of attached) {
        output.print(`${file.path}  ${file.size} B  (${file.way})\n`);
      }
      for (const { path, reason } of skipped) {
        output.note(describeError(new CodedError('attachment.unreadable', { path, cause: reason })).message);
      }
      return skipped.length === 0 ? 0 : 2;
    } finally {
      await interpreter.dispose();
    }
  },
};
