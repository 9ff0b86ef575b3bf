// files: what the runs of a message or chat made, and getting one of them.
import { CodedError } from '../../core/errors.ts';
import type { Interpreter } from '../../core/interpreter.ts';
import { downloadPlaces } from '../../core/registry/downloadPlaces.ts';
import { saveFile } from '../../core/registry/saveFile.ts';
import type { ListedFile } from '../../core/registry/fileRecord.ts';
import { zipFiles } from '../../core/registry/zipFiles.ts';
import type { Command, CommandContext } from '../commandLine.ts';
import { flag, messageOptions, required, text } from '../options.ts';
import { plural } from '../plural.ts';
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
    output.print(`${plural(chat.total_files, 'file')}.\n`);
    return 0;
  } finally {
    await interpreter.dispose();
  }
};

/** The current files of a message or chat, as one archive. */
const getZip = async ({ values, positionals, output, signal }: CommandContext): Promise<number> => {
  if (positionals.length > 1) {
    throw new CodedError('usage.invalid', { problem: 'give no file id with --zip, but --chat and --message' });
  }
  const chatId = text(values, 'chat') ?? required(values, 'message');
  const messageId = text(values, 'message');
  const path = required(values, 'output');
  const interpreter = await openFromOptions(values, output.log);
  try {
    const { registry, user } = interpreter;
    const files =
      messageId === undefined
        ? Object.values(registry.listChatFiles(user, chatId).messages).flat()
        : registry.listMessageFiles(user, chatId, messageId);
    if (files.length === 0) {
      throw new CodedError('usage.invalid', { problem: 'there is no file to put into the archive' });
    }
    const ids = files.map(({ id }) => id);
    const contents = downloadPlaces(registry, user, ids).map(({ file, place }) => {
      const { path: content } = registry.openContent(user, file.id);
      const { id, name, sha256, modified_at } = file;
      return { id, name, sha256, place, path: content, modified: new Date(modified_at) };
    });
    await zipFiles(contents, path, { overwrite: flag(values, 'overwrite'), signal });
    if (output.json) {
      output.value({ output: path, files: contents.map(({ id, place }) => ({ id, path: place })) });
    }
    output.print(`${path}\n`);
    return 0;
  } finally {
    await interpreter.dispose();
  }
};

const getFile = async (context: CommandContext): Promise<number> => {
  const { values, positionals, output, signal } = context;
  if (flag(values, 'zip')) {
    return getZip(context);
  }
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

/** Opens the interpreter for the ids that were given. */
const withIds = async (
  { values, positionals, output }: CommandContext,
  work: (interpreter: Interpreter, ids: readonly string[]) => Promise<unknown>,
): Promise<number> => {
  const [name = '', ...ids] = positionals;
  if (ids.length === 0) {
    throw new CodedError('usage.invalid', { problem: `give a file id: files ${name} ID` });
  }
  const interpreter = await openFromOptions(values, output.log);
  try {
    const value = await work(interpreter, ids);
    if (output.json) {
      output.value(value);
    }
    return 0;
  } finally {
    await interpreter.dispose();
  }
};

const listVersions = (context: CommandContext): Promise<number> =>
  withIds(context, ({ registry, user }, ids) => {
    const versions = ids.flatMap((id) => registry.listVersions(user, id));
    for (const { id, path, size, modified_at, status } of versions) {
      context.output.print(`  ${id}  ${path}  ${size} B  ${status}  ${modified_at}\n`);
    }
    return Promise.resolve(versions);
  });

const deleteFiles = (context: CommandContext): Promise<number> =>
  withIds(context, async (interpreter, ids) => {
    const { files } = await interpreter.moveToTrash({ files: ids });
    context.output.print(files.map(({ id, path }) => `${id}  ${path} deleted\n`).join(''));
    return files;
  });

const restoreFiles = (context: CommandContext): Promise<number> =>
  withIds(context, async (interpreter, ids) => {
    const { files } = await interpreter.restore({ files: ids });
    const missing = ids.find((id) => !files.some((file) => file.id === id));
    if (missing !== undefined) {
      throw new CodedError('file.notFound', { id: missing });
    }
    context.output.print(files.map(({ id, path }) => `${id}  ${path} restored\n`).join(''));
    return files;
  });

export const filesCommand: Command = {
  usage:
    'files list --chat ID [--message ID] | files get ID --output PATH [--overwrite] | files get --chat ID [--message ID] --zip --output PATH.zip | files versions|delete|restore ID...',
  summary:
    'Lists what runs made, copies a kept file out, byte for byte, or all as a zip archive, and deletes to a trash that files come back from.',
  options: {
    ...messageOptions,
    output: { type: 'string', short: 'o' },
    overwrite: { type: 'boolean' },
    zip: { type: 'boolean' },
  },
  run: async (context) => {
    switch (context.positionals[0]) {
      case 'list':
        return listFiles(context);
      case 'get':
        return getFile(context);
      case 'versions':
        return listVersions(context);
      case 'delete':
        return deleteFiles(context);
      case 'restore':
        return restoreFiles(context);
      default:
        throw new CodedError('usage.invalid', {
          problem: 'say files list, files get, files versions, files delete or files restore',
        });
    }
  },
};
