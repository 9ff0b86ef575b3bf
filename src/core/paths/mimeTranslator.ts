// Turns the real workspace path back into /mnt/data in rich outputs.
import { translateText } from './outputTranslator.ts';
import type { PathMapping } from './pathMapping.ts';

const textTypes =
  /^(?:text\/|image\/svg\+xml$|application\/(?:json|javascript|xml|x-latex)$|application\/.*\+(?:json|xml)$)/;

/** What follows `base64,` in a data URI, or a long text of nothing else: it is no path, whatever it spells. */
const base64Run = /(base64,[A-Za-z0-9+/=%]+)/;
const onlyBase64 = /^[A-Za-z0-9+/=\r\n]{256,}$/;

const translateString = (mapping: PathMapping, text: string): string => {
  if (onlyBase64.test(text)) {
    return text;
  }
  if (!text.includes('base64,')) {
    return translateText(mapping, text);
  }
  return text
    .split(base64Run)
    .map((piece, index) => (index % 2 === 1 ? piece : translateText(mapping, piece)))
    .join('');
};

const translateValue = (mapping: PathMapping, value: unknown): unknown => {
  if (typeof value === 'string') {
    return translateString(mapping, value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => translateValue(mapping, item));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [translateString(mapping, key), translateValue(mapping, item)]),
    );
  }
  return value;
};

/** A MIME bundle with every text and JSON kind translated; binary kinds are passed as they are. */
export const translateMimeBundle = (mapping: PathMapping, bundle: Record<string, unknown>): Record<string, unknown> => {
  if (mapping.realPaths.length === 0) {
    return bundle;
  }
  return Object.fromEntries(
    Object.entries(bundle).map(([type, value]) => [
      type,
      textTypes.test(type) ? translateValue(mapping, value) : value,
    ]),
  );
};
