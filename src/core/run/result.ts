// The result of a run: the JSON that the command line, the tools and the exported API all give. snake_case by contract (DESIGN.md).
import type { Grounding, Reach } from '../kernel/capabilities.ts';
import type { GeneratedFile } from '../registry/fileRecord.ts';
import type { RunNotice } from './events.ts';

/** One output in nbformat 4.5's shape: https://nbformat.readthedocs.io/en/latest/format_description.html#code-cell-outputs */
export type NotebookOutput =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: MimeBundle; metadata: Record<string, unknown> }
  | {
      output_type: 'execute_result';
      execution_count: number | null;
      data: MimeBundle;
      metadata: Record<string, unknown>;
    }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

/** MIME type to content: text (base64 for binary types), or JSON for `application/json` and its kind. */
export type MimeBundle = Record<string, unknown>;

/** `lost`: the kernel died, was removed, or can't be reached any more. The rest as their names say. */
export type RunStatus = 'ok' | 'error' | 'timeout' | 'interrupted' | 'lost';

/** Something that could not be kept or attached, and why. */
export interface SkippedFile {
  /** Virtual path. */
  path: string;
  reason: string;
  /** It is on the kernel's machine still, and comes when it is asked for. */
  can_be_fetched?: boolean;
}

/** Where an error passed through a document that code was run from. */
export interface ErrorFrame {
  /** What people call the document: the name of its file. */
  document: string;
  /** Its address, where the caller gave one. */
  uri?: string;
  /** From 1. */
  line: number;
  /** From 0; `null` where the kernel does not know it. */
  column: number | null;
}

export interface RunError {
  name: string;
  value: string;
  /** Plain text, no ANSI. */
  traceback: string[];
  /** The lines of documents that it passed through, the innermost last; absent where there are none. */
  frames?: ErrorFrame[];
  /** The virtual path of the file that was not found, where the error, or one that led to it, says so. */
  missing_file?: string;
}

/** The document that code came from, and its place there: lines and columns from 0. */
export interface ResultDocument {
  name: string;
  uri?: string;
  first_line: number;
  first_column: number;
  indentation: number;
}

export interface RunResult {
  status: RunStatus;
  stdout: string;
  stderr: string;
  /** Plain text of the last expression, `null` when there is none. */
  result: string | null;
  error: RunError | null;
  outputs: NotebookOutput[];
  files: GeneratedFile[];
  skipped: SkippedFile[];
  grounding: Grounding;
  reach: Reach;
  /** Why no folder is shared; absent where one is. */
  reach_reason?: string;
  duration_ms: number;
  /** What a user should know of the run beside its output; absent where there is nothing. */
  notices?: RunNotice[];
  /** Absent where the caller named none. */
  document?: ResultDocument;
  run_id: string;
  chat_id: string;
  message_id: string;
}
