// <file id>.json beside each kept file: enough to find its message without the database, and to make the database's rows again.
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { isSafeFolderName } from '../workspace/folderNames.ts';

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const time = v.pipe(v.string(), v.isoTimestamp());

const runSchema = v.object({
  id: v.string(),
  language: v.string(),
  kernel: v.string(),
  started_at: time,
  code: v.string(),
  inputs: v.array(v.object({ path: v.string(), sha256: v.string() })),
});

const sidecarSchema = v.object({
  sidecar: v.literal(1),
  id: v.string(),
  source: v.literal('code_execution'),
  user: v.string(),
  chat_id: v.string(),
  message_id: v.string(),
  workspace_id: v.pipe(v.string(), v.check(isSafeFolderName)),
  relative_path: v.pipe(v.string(), v.minLength(1)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256,
  format: v.string(),
  mime_type: v.string(),
  created_at: time,
  /** Each run that left these bytes at this path, oldest first. */
  versions: v.pipe(
    v.array(
      v.object({
        status: v.picklist(['created', 'modified']),
        modified_at: time,
        generated_at: time,
        run: runSchema,
      }),
    ),
    v.minLength(1),
  ),
});

export type Sidecar = v.InferOutput<typeof sidecarSchema>;
export type SidecarRun = v.InferOutput<typeof runSchema>;

/** The sidecar's text. */
export const sidecarText = (sidecar: Sidecar): string => `${JSON.stringify(sidecar, null, 2)}\n`;

/**
 * Reads and checks a sidecar.
 * @throws the system's error, a SyntaxError, or a ValiError
 */
export const readSidecar = async (path: string): Promise<Sidecar> =>
  v.parse(sidecarSchema, JSON.parse(await readFile(path, 'utf8')));
