// The API of the extension "Code Interpreter", version 1: what `extensions.getExtension('code-interpreter.code-interpreter').exports` is.
// Copy this file into your extension. How to use it: docs/extension-api.md.
import type { Event, Uri } from 'vscode';

export interface ListedFile {
  id: string;
  name: string;
  size: number;
  /** What people call it: Excel, CSV, PDF, Image… */
  format: string;
  mime_type: string;
  created_at: string;
  message_id: string;
  chat_id: string;
  /** `code-interpreter:/files/<id>/<name>`; opens in VS Code. */
  url: string;
  download_url: string;
}

/** A file that a run created or changed, with its details and where it comes from. */
export interface GeneratedFile extends ListedFile {
  /** `/mnt/data/...` */
  path: string;
  status: 'created' | 'modified';
  extension: string;
  relative_path: string;
  full_path: string;
  modified_at: string;
  source: 'code_execution';
  generated_at: string;
  original_workspace_path: string;
  workspace_id: string;
  run_id: string;
  sha256: string;
}

export interface ChatFiles {
  chat_id: string;
  total_files: number;
  /** By message id. */
  messages: Record<string, ListedFile[]>;
}

export interface RunResult {
  /**
   * `error`: the code raised. `timeout`: the time limit passed. `interrupted`: somebody stopped it. `lost`: the kernel died, or can't
   * be reached any more. Files are kept in each case.
   */
  status: 'ok' | 'error' | 'timeout' | 'interrupted' | 'lost';
  stdout: string;
  stderr: string;
  /** Plain text of the last expression. */
  result: string | null;
  error: { name: string; value: string; traceback: string[] } | null;
  /** nbformat 4.5 */
  outputs: { output_type: 'stream' | 'display_data' | 'execute_result' | 'error' }[];
  files: GeneratedFile[];
  /** What was not kept or not attached, and why. */
  skipped: { path: string; reason: string; can_be_fetched?: boolean }[];
  grounding: 'mounted' | 'translated' | 'untranslated';
  reach: 'shared' | 'channel';
  duration_ms: number;
  run_id: string;
  chat_id: string;
  message_id: string;
}

/** Rejections are errors with a `code`: `file.notFound`, `file.forbidden`, `cancelled`, `gateway.unreachable`… */
export interface CodeInterpreterApi {
  readonly version: 1;
  /** Runs Python code as a message. Refused in an untrusted folder. */
  run(
    request: { chat_id: string; message_id: string; code: string; attachments?: readonly string[] },
    signal?: AbortSignal,
  ): Promise<RunResult>;
  listMessageFiles(chatId: string, messageId: string): Promise<ListedFile[]>;
  listChatFiles(chatId: string): Promise<ChatFiles>;
  /** All kept versions of a file's path, the latest first. */
  listVersions(id: string): Promise<GeneratedFile[]>;
  getFile(id: string): Promise<GeneratedFile>;
  /** Saves files under their own names, beside what is there; resolves with what was written. */
  download(ids: readonly string[], folder: Uri): Promise<readonly Uri[]>;
  /** Files may have been added, changed or deleted, here or in another window. */
  readonly onDidChangeFiles: Event<undefined>;
}
