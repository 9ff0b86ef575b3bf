// What the kernel's side may answer. A kernel runs anybody's code: nothing of it is believed before it was read here.
import * as v from 'valibot';
import { CodedError } from '../../errors.ts';
import type { Reply } from './channel.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** A file's time can be any number of seconds that 64 bits hold. */
const nanoseconds = v.pipe(
  v.string(),
  v.regex(/^-?[0-9]{1,30}$/),
  v.transform((digits) => BigInt(digits)),
);
/** A path in base64: no system has longer ones than 4096 bytes, and a last name. */
const base64 = v.pipe(v.string(), v.maxLength(1 << 13), v.base64());

export const failureSchema = v.object({
  error: v.object({
    code: v.fallback(
      v.picklist(['changed', 'missing', 'denied', 'irregular', 'outside', 'noSpace', 'corrupt', 'failed']),
      'failed',
    ),
    detail: v.fallback(v.pipe(v.string(), v.maxLength(500)), ''),
  }),
});

export const helloSchema = v.object({ sha256, freeBytes: count });

export const pageSchema = v.object({
  rows: v.pipe(
    v.array(
      v.strictTuple([
        base64,
        v.picklist(['file', 'directory', 'link', 'other', 'closed']),
        count,
        nanoseconds,
        count,
        v.nullable(sha256),
      ]),
    ),
    v.maxLength(2_000),
  ),
  more: v.boolean(),
  truncated: v.boolean(),
});

export const hasSchema = v.object({ has: v.array(v.boolean()), freeBytes: count });

export const openedSchema = v.object({ size: count });

export const factsSchema = v.object({ size: count, mtimeNs: nanoseconds, sha256 });

/** The kernel has hashed what it sent only where it was asked to. */
export const endSchema = v.object({ size: count, mtimeNs: nanoseconds, sha256: v.nullable(sha256) });

export const pushedManySchema = v.object({ results: v.array(v.union([failureSchema, v.strictObject({})])) });

export const pulledManySchema = v.object({ results: v.array(v.union([failureSchema, factsSchema])) });

/** @throws CodedError `kernel.gone` for an answer that no kernel's side of ours gives: what is there can't be talked to */
export const parseReply = <Schema extends v.GenericSchema>(schema: Schema, { data }: Reply): v.InferOutput<Schema> => {
  const parsed = v.safeParse(schema, data);
  if (!parsed.success) {
    throw new CodedError('kernel.gone', { reason: 'its side of the file transfer gives answers that make no sense' });
  }
  return parsed.output;
};
