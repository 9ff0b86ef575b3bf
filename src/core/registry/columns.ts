// How columns are read back: the schemas that rows are checked with.
import * as v from 'valibot';
import { fromStoredText } from './storedText.ts';

/** Text from outside, stored by `toStoredText`. */
export const outsideText = v.pipe(v.string(), v.transform(fromStoredText));
export const textColumn = v.string();
export const integerColumn = v.number();
export const flagColumn = v.pipe(
  v.number(),
  v.transform((value) => value !== 0),
);
export const optionalOutsideText = v.nullable(outsideText);
export const optionalText = v.nullable(v.string());
export const optionalInteger = v.nullable(v.number());
