// Runs that have ended, as the registry keeps them.
import * as v from 'valibot';
import type { RunNotice } from '../../core/run/events.ts';
import type { ResultDocument, RunResult } from '../../core/run/result.ts';
import { linkOutput, placesOf } from './errorLinks.ts';
import type { EngineModule } from '../services.ts';
import type { RecordedRun } from './notebook.ts';

const anObject = <T>(): v.CustomSchema<T, undefined> =>
  v.custom<T>((value) => typeof value === 'object' && value !== null);

/** Our own JSON, possibly an older version's; a run of which nothing was written down has no result. */
const storedResult = v.object({
  outputs: v.array(anObject<RunResult['outputs'][number]>()),
  error: v.optional(v.nullable(anObject<NonNullable<RunResult['error']>>()), null),
  files: v.array(anObject<RunResult['files'][number]>()),
  skipped: v.optional(v.array(anObject<RunResult['skipped'][number]>()), []),
  notices: v.optional(v.array(anObject<RunNotice>()), []),
  document: v.optional(anObject<ResultDocument>()),
});

export interface StoredRun {
  readonly runId: string;
  readonly code: string;
  readonly language: string;
  /** The result as it was written down; asked for when it is needed. */
  readonly resultJson: () => string | null;
}

const parse = (json: string | null): v.InferOutput<typeof storedResult> | undefined => {
  try {
    const parsed = v.safeParse(storedResult, JSON.parse(json ?? 'null'));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

/** The document that a run's code came from, where that was written down. */
export const documentOfRun = ({ resultJson }: StoredRun): ResultDocument | undefined => parse(resultJson())?.document;

/** A run for its record. `links`: whether its errors lead to the editor. */
export const recordOfStored = (
  { describeNotice, receiptOf, recordWords }: EngineModule,
  { runId, code, language, resultJson }: StoredRun,
  links: boolean,
): RecordedRun => {
  const base = { runId, code, language, isUnderWay: false };
  const json = resultJson();
  const result = parse(json);
  if (!result) {
    return { ...base, outputs: [], files: [], notes: [], receipt: '' };
  }
  const places = links ? placesOf(result.error) : [];
  return {
    ...base,
    outputs: result.outputs.map((output) => linkOutput(output, places)),
    files: result.files,
    notes: [
      // An error that is no output of the code's: a lost kernel, the time limit.
      ...(result.error?.traceback.length === 0 ? [result.error.value] : []),
      ...result.skipped.map(({ path, reason }) => recordWords.notKept(path, reason)),
      ...result.notices.map(describeNotice),
    ],
    receipt: receiptOf(JSON.parse(json ?? '') as RunResult),
  };
};
