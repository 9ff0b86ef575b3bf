// What a Python kernel tells at the end of a run. It rides on the run's own execute_request: a round trip of its own costs 7 ms.
import * as v from 'valibot';
import type { KernelRequest } from './bootstrap.ts';
import { kernelCall } from './kernelPython.ts';
import { userExpressionValue } from './userExpressions.ts';

const expressionName = 'code_interpreter_report';

/** Where in a document an error was raised: the line from 1, the column from 0 where the kernel knows it. */
const frameSchema = v.object({
  document: v.pipe(v.string(), v.maxLength(1000)),
  line: v.pipe(v.number(), v.integer(), v.minValue(1)),
  column: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

const errorSchema = v.object({
  /** The path that a `FileNotFoundError`, or one that led to the error, was about; as users know it. */
  missingFile: v.nullable(v.pipe(v.string(), v.maxLength(5000))),
  /** The innermost last. */
  frames: v.pipe(v.array(frameSchema), v.maxLength(50)),
});

export type ReportedError = Readonly<v.InferOutput<typeof errorSchema>>;

const reportSchema = v.object({
  /** sha256 of displayed images (their bytes, not the base64) whose figure the code also saved in the workspace. */
  savedFigures: v.array(v.string()),
  /** Bytes of UTF-8 that the run sent, before any translation: fewer received means lost output. */
  stdoutBytes: v.number(),
  stderrBytes: v.number(),
  /** How many messages that show or update a result it sent. */
  displays: v.number(),
  /** Working directory, as users know it; `null` when it was removed. */
  cwd: v.nullable(v.string()),
  /** What the run's error was about; `null` where it raised none. */
  error: v.fallback(v.nullable(errorSchema), null),
  /** Files that it wrote outside of the workspace and that are still there, and how many there are besides. */
  outside: v.fallback(v.pipe(v.array(v.pipe(v.string(), v.maxLength(5000))), v.maxLength(20)), []),
  moreOutside: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
});

export type RunReport = Readonly<v.InferOutput<typeof reportSchema>>;

/** The user expressions of a run's `execute_request`. */
export const reportExpressions = (): Record<string, string> => ({ [expressionName]: kernelCall('report()') });

/** The same as a silent request of its own, for a run that raised: user expressions are not evaluated then. */
export const reportRequest = (): KernelRequest => ({ code: '', userExpressions: reportExpressions() });

/** The report in the content of an `execute_reply`; `undefined` when there is none. */
export const parseReport = (reply: unknown): RunReport | undefined => {
  const parsed = v.safeParse(reportSchema, userExpressionValue(reply, expressionName));
  return parsed.success ? parsed.output : undefined;
};
