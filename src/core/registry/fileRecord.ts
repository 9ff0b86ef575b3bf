// How a kept file is told to every caller. snake_case by contract (DESIGN.md).

/** A listed file: the same for every caller. Times are ISO 8601 in UTC; `size` in bytes. */
export interface ListedFile {
  id: string;
  name: string;
  size: number;
  format: string;
  mime_type: string;
  created_at: string;
  message_id: string;
  chat_id: string;
  /** `code-interpreter:/files/<id>/<name>`; opens in VS Code. */
  url: string;
  download_url: string;
}

/** A file that a run created or changed, with its details and provenance. */
export interface GeneratedFile extends ListedFile {
  /** Virtual path, `/mnt/data/...`. */
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
