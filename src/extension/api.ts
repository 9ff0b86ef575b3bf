// What other extensions get: runs, listings, downloads. Results keep the snake_case of the command line's JSON.
import * as vscode from 'vscode';
import type { ChatFiles } from '../core/registry/registry.ts';
import type { GeneratedFile, ListedFile } from '../core/registry/fileRecord.ts';
import type { RunResult } from '../core/run/result.ts';
import { downloadInto } from './files/download.ts';
import type { Services } from './services.ts';

/** Version 1 of the API. Rejections are errors with a `code`, e.g. `file.notFound`. */
export interface CodeInterpreterApi {
  readonly version: 1;
  /** Runs Python code as a message. Refused in an untrusted folder. */
  run(
    request: { chat_id: string; message_id: string; code: string; attachments?: readonly string[] },
    signal?: AbortSignal,
  ): Promise<RunResult>;
  listMessageFiles(chatId: string, messageId: string): Promise<ListedFile[]>;
  listChatFiles(chatId: string): Promise<ChatFiles>;
  /**
   * All kept versions of the path that a file is a version of, the latest first.
   * @throws `file.notFound`, `file.forbidden`
   */
  listVersions(id: string): Promise<GeneratedFile[]>;
  /** @throws `file.notFound`, `file.forbidden` */
  getFile(id: string): Promise<GeneratedFile>;
  /** Saves files under their own names, beside what is there; resolves with what was written. */
  download(ids: readonly string[], folder: vscode.Uri): Promise<readonly vscode.Uri[]>;
  readonly onDidChangeFiles: vscode.Event<undefined>;
}

export const createApi = (services: Services): CodeInterpreterApi => ({
  version: 1,
  run: async ({ chat_id, message_id, code, attachments = [] }, signal) => {
    const interpreter = await services.interpreter();
    if (!vscode.workspace.isTrusted) {
      const { CodedError } = await services.engine();
      throw new CodedError('usage.invalid', { problem: 'code runs only in a trusted folder' });
    }
    const key = interpreter.key(chat_id, message_id);
    return interpreter.run({ key, code, attachments: attachments.map((path) => ({ path })) }, signal ? { signal } : {});
  },
  listMessageFiles: async (chatId, messageId) => {
    const { registry, user } = await services.interpreter();
    return registry.listMessageFiles(user, chatId, messageId);
  },
  listChatFiles: async (chatId) => {
    const { registry, user } = await services.interpreter();
    return registry.listChatFiles(user, chatId);
  },
  listVersions: async (id) => {
    const { registry, user } = await services.interpreter();
    return registry.listVersions(user, id);
  },
  getFile: async (id) => {
    const { registry, user } = await services.interpreter();
    return registry.getGeneratedFile(user, id);
  },
  download: async (ids, folder) => {
    const { registry, user } = await services.interpreter();
    return downloadInto(
      services,
      ids.map((id) => registry.getGeneratedFile(user, id)),
      folder,
    );
  },
  onDidChangeFiles: services.onDidChangeFiles,
});
