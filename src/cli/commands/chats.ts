// chats: the chats there are.
import type { Command } from '../commandLine.ts';
import { plural } from '../plural.ts';
import { openFromOptions } from '../services.ts';

export const chatsCommand: Command = {
  usage: 'chats',
  summary: 'Lists the chats of this user with their messages and files.',
  options: {},
  run: async ({ values, output }) => {
    const interpreter = await openFromOptions(values, output.log);
    try {
      const chats = interpreter.registry.listChats(interpreter.user);
      if (output.json) {
        output.value(chats);
      }
      for (const chat of chats) {
        output.print(`${chat.chat_id}  ${chat.title ?? ''}  ${plural(chat.total_files, 'file')}  ${chat.updated_at}\n`);
      }
      return 0;
    } finally {
      await interpreter.dispose();
    }
  },
};
