// Asks a Python kernel which files its workspace holds, where nobody else can see that folder.
import * as v from 'valibot';
import type { KernelRequest } from './bootstrap.ts';
import { kernelCall } from './kernelPython.ts';
import { userExpressionValue } from './userExpressions.ts';

const expressionName = 'code_interpreter_files';

const listingSchema = v.object({
  files: v.array(
    v.object({
      /** Relative to the workspace, with `/`. */
      name: v.string(),
      size: v.number(),
      /** Nanoseconds since 1970, decimal: too long for a JavaScript number. */
      mtimeNs: v.string(),
      sha256: v.nullable(v.string()),
    }),
  ),
  /** There are more than the 10,000 that are listed. */
  more: v.boolean(),
});

export type WorkspaceListing = Readonly<v.InferOutput<typeof listingSchema>>;

/** A silent request that lists the kernel's workspace; hashing reads every file. */
export const listingRequest = (hashes: boolean): KernelRequest => ({
  code: '',
  userExpressions: { [expressionName]: kernelCall(`list_workspace(${hashes ? 'True' : 'False'})`) },
});

/** The listing in the content of an `execute_reply`; `undefined` when there is none. */
export const parseListing = (reply: unknown): WorkspaceListing | undefined => {
  const parsed = v.safeParse(listingSchema, userExpressionValue(reply, expressionName));
  return parsed.success ? parsed.output : undefined;
};
