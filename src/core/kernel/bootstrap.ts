// Starts the kernel's side of a Python kernel, and reads what it proved.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { resourceText } from '../resources.ts';
import { virtualRoot } from '../paths/virtualPath.ts';
import type { PathMapping } from '../paths/pathMapping.ts';
import { identityMapping } from '../paths/pathMapping.ts';
import type { Grounding } from './capabilities.ts';
import { isolatedCode, kernelCall, kernelSources, pythonValue } from './kernelPython.ts';
import { userExpressionValue } from './userExpressions.ts';

/** A small file that the host puts into the workspace: who can read it there sees the same folder. */
export interface Nonce {
  /** File name inside the workspace. */
  readonly name: string;
  /** What the file holds; at most 4096 bytes of UTF-8. Only its hash is sent. */
  readonly content: string;
  /** File that the kernel makes in the folder where it found the nonce; it holds {@link nonceAnswer}. */
  readonly answerName: string;
}

export interface BootstrapOptions {
  readonly virtualPath: typeof virtualRoot;
  /** The message's folder as the kernel's machine would see it; `null` where no folder can be shared. */
  readonly workspace: string | null;
  readonly nonce: Nonce;
  /** `translated` is obeyed where the workspace is seen under its own path too; `untranslated` where it is not mounted. */
  readonly grounding: 'auto' | Grounding;
  /** Tells private folders apart in a kernel that serves several messages; the workspace's path unless given. */
  readonly scope?: string;
  /** Gives the kernel a folder of its own even where it sees the workspace. */
  readonly private?: boolean;
  /**
   * A file that is put beside a private folder: by it another kernel of that machine proves that it sees the folder too. `home` names
   * the folder around both, below the machine's folder for temporary files.
   */
  readonly owner?: { readonly name: string; readonly content: string; readonly home: string };
}

/** Code and user expressions for one silent `execute_request`. */
export interface KernelRequest {
  readonly code: string;
  readonly userExpressions: Record<string, string>;
}

const expressionName = 'code_interpreter';

/** What the kernel writes into `answerName`, so that the host knows that its writes arrive too. */
export const nonceAnswer = (content: string): string => createHash('sha256').update(`answer ${content}`).digest('hex');

const startRequest = (options: BootstrapOptions): Readonly<Record<string, unknown>> => ({
  virtualPath: options.virtualPath,
  workspace: options.workspace,
  nonce: {
    name: options.nonce.name,
    sha256: createHash('sha256').update(options.nonce.content).digest('hex'),
    answerName: options.nonce.answerName,
    answer: nonceAnswer(options.nonce.content),
  },
  grounding: options.grounding,
  scope: options.scope ?? null,
  private: options.private ?? false,
  owner: options.owner ?? null,
});

/** The request that starts the kernel's side, or points a started one at another workspace. Safe to repeat. */
export const bootstrapRequest = (options: BootstrapOptions): KernelRequest => ({
  code: isolatedCode(resourceText('kernel/python/loader.py'), { ...kernelSources(), ...startRequest(options) }),
  userExpressions: { [expressionName]: kernelCall('answer()') },
});

/** Points a kernel's side that was started at another workspace, without sending it again. No reply can be parsed where it is gone. */
export const moveRequest = (options: BootstrapOptions): KernelRequest => ({
  code: '',
  userExpressions: { [expressionName]: kernelCall(`move(${pythonValue(startRequest(options))})`) },
});

const probeSchema = v.object({
  grounding: v.picklist(['mounted', 'translated', 'untranslated']),
  /** `/mnt/data` itself held the nonce. */
  mounted: v.boolean(),
  /** The workspace held the nonce under its own path. */
  shared: v.boolean(),
  /** The kernel wrote its answer beside the nonce; the host has still to look. */
  answered: v.boolean(),
  /** The folder behind `/mnt/data` as the kernel sees it; a private one where no folder is shared. */
  workspace: v.string(),
  /** The spellings of that folder that output can hold; none where it is mounted. */
  forms: v.array(v.string()),
  /** Working directory, as users know it. */
  cwd: v.nullable(v.string()),
  python: v.string(),
  ipykernel: v.nullable(v.string()),
  platform: v.string(),
  pid: v.pipe(v.number(), v.integer()),
  /** Why the kernel's wrapper could not mount the workspace. */
  mountFailure: v.nullable(v.string()),
  freeBytes: v.nullable(v.number()),
  /** What could not be done; the rest was. */
  problems: v.array(v.string()),
});

/** What was proven about a Python kernel. */
export type KernelProbe = Readonly<v.InferOutput<typeof probeSchema>>;

/** The probe in the content of the bootstrap's `execute_reply`; `undefined` when the kernel gave none. */
export const parseBootstrapReply = (reply: unknown): KernelProbe | undefined => {
  const parsed = v.safeParse(probeSchema, userExpressionValue(reply, expressionName));
  return parsed.success ? parsed.output : undefined;
};

/** Whether files go through a folder that both sides see. */
export const seesWorkspace = (probe: KernelProbe): boolean => probe.mounted || probe.shared;

/** How this kernel's output is translated back. */
export const mappingOf = (probe: KernelProbe): PathMapping =>
  probe.grounding === 'translated' ? { realPaths: probe.forms } : identityMapping;
