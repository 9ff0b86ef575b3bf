// JSON documents and JSON lines: what is at the top.
import type { TextSample } from './text.ts';
import { exactly, namesOf, UnreadableTable, type JsonTable, type Names } from './types.ts';

const keysOf = (value: unknown): Names | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? namesOf(Object.keys(value)) : null;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableTable('damaged', { cause: error });
  }
};

/**
 * Describes a JSON document that is whole in the sample; `null` for a longer one and for a single value.
 * @throws UnreadableTable `damaged`
 */
export const describeJson = ({ text, complete }: TextSample): JsonTable | null => {
  if (!complete) {
    return null;
  }
  const value = parse(text);
  if (Array.isArray(value)) {
    return { kind: 'json', shape: 'array', keys: keysOf(value[0]), elements: exactly(value.length) };
  }
  const keys = keysOf(value);
  return keys && { kind: 'json', shape: 'object', keys, elements: exactly(keys.total) };
};

/** @throws UnreadableTable `damaged` where the first line is no JSON */
export const describeJsonLines = ({ text, complete, bytes }: TextSample, size: number): JsonTable | null => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const whole = complete ? lines : lines.slice(0, -1);
  const [first] = whole;
  if (first === undefined) {
    return null;
  }
  const keys = keysOf(parse(first));
  const elements = complete
    ? exactly(whole.length)
    : { value: Math.round((whole.length / bytes) * size), certainty: 'about' as const };
  return { kind: 'json', shape: 'lines', keys, elements };
};
