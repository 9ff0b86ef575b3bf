// files: what the runs of a message or chat made, and getting one of them.
import { CodedError } from '../../core/errors.ts';
import { saveFile } from '../../core/registry/saveFile.ts';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import type { Command, CommandContext } from '../commandLine.ts';
import { flag, messageOptions, required, text } from '../options.ts';
import { openFromOptions } from '../services.ts';

const row = (file: ListedFile): string =>
  `  ${file.id}  ${file.name}  ${file.size} B  ${file.format}  ${file.created_at}\n`;

const listFiles = async ({ values, output }: CommandContext): Promise<number> => {
  const chatId = text(values, 'chat') ?? required(values, 'message');
  const messageId = text(values, 'message');
  const interpreter = await openFromOptions(values, output.log);
  try {
    if (messageId !== undefined) {
      const files = interpreter.registry.listMessageFiles(interpreter.user, chatId, messageId);
      if (output.json) {
        output.value(files);
      }
      output.print(files.length === 0 ? 'No files.\n' : files.map(row).join(''));
      return 0;
    }
    const chat = interpreter.registry.listChatFiles(interpreter.user, chatId);
    if (output.json) {
      output.value(chat);
    }
    for (const [message, files] of Object.entries(chat.messages)) {
      output.print(`${message}\n${files.map(row).join('')}`);
    }
    output.print(`${chat.total_files} files.\n`);
    return 0;
  } finally {
    await interpreter.dispose();
  }
};

const getFile = async ({ values, positionals, output, signal }: CommandContext): Promise<number> => {
  const [, id, ...more] = positionals;
  if (id === undefined || more.length > 0) {
    throw new CodedError('usage.invalid', { problem: 'give one file id: files get ID --output PATH' });
  }
  const path = required(values, 'output');
  const interpreter = await openFromOptions(values, output.log);
  try {
    const { file, path: content } = interpreter.registry.openContent(interpreter.user, id);
    const written = await saveFile({ path: content, sha256: file.sha256, name: file.name, id: file.id }, path, {
      overwrite: flag(values, 'overwrite'),
      signal,
    });
    if (output.json) {
      output.value({ ...file, output: written });
    }
    output.print(`${written}\n`);
    return 0;
  } finally {
    await interpreter.dispose();
  }
};

export const filesCommand: Command = {
  usage: 'files list --chat ID [--message ID] | files get ID --output PATH [--overwrite]',
  summary: 'Lists what runs made, and copies a kept file out, byte for byte.',
  options: { ...messageOptions, output: { type: 'string', short: 'o' }, overwrite: { type: 'boolean' } },
  run: async (context) => {
    switch (context.positionals[0]) {
      case 'list':
        return listFiles(context);
      case 'get':
        return getFile(context);
      default:
        throw new CodedError('usage.invalid', { problem: 'say files list or files get' });
    }
  },
};
