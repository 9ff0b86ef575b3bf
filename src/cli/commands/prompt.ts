// prompt: what a model should be told about a message's files.
import type { Command } from '../commandLine.ts';
import { messageOptions, required, text } from '../options.ts';
import { openFromOptions } from '../services.ts';

export const promptCommand: Command = {
  usage: 'prompt --message ID [--chat ID]',
  summary: 'Prints the dynamic prompt of a message: its real files, their columns or sheets, and what is kept.',
  options: messageOptions,
  run: async ({ values, output }) => {
    const messageId = required(values, 'message');
    const chatId = text(values, 'chat') ?? messageId;
    const interpreter = await openFromOptions(values, output.log);
    try {
      const prompt = await interpreter.prompt(interpreter.key(chatId, messageId));
      if (output.json) {
        output.value({ chat_id: chatId, message_id: messageId, prompt });
      }
      output.print(`${prompt}\n`);
      return 0;
    } finally {
      await interpreter.dispose();
    }
  },
};
