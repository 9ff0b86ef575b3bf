// The shared strings of a workbook: ECMA-376 part 1, 18.4.
import { shortened, UnreadableTable } from '../types.ts';
import type { Archive } from './archive.ts';
import { readXml } from './xml.ts';

const part = 'xl/sharedStrings.xml';

/** The most that is unpacked of them, in bytes. */
const mostBytes = 16 * 1024 * 1024;

/**
 * The strings with these indexes; those beyond the bounds are missing. A phonetic reading (`rPh`) is no part of a string.
 * @throws UnreadableTable `damaged`, `encrypted`
 */
export const readSharedStrings = async (
  archive: Archive,
  wanted: ReadonlySet<number>,
): Promise<Map<number, string>> => {
  const strings = new Map<number, string>();
  if (wanted.size === 0 || !archive.has(part)) {
    return strings;
  }
  let index = -1;
  let text = '';
  let inPhonetic = false;
  let inText = false;
  try {
    await readXml(archive.text(part, mostBytes), {
      open: (name) => {
        if (name === 'si') {
          index += 1;
          text = '';
        }
        inPhonetic ||= name === 'rPh';
        inText = name === 't' && !inPhonetic && wanted.has(index);
      },
      text: (more) => {
        if (inText && text.length < 1000) {
          text += more;
        }
      },
      close: (name) => {
        inText = false;
        inPhonetic &&= name !== 'rPh';
        if (name === 'si' && wanted.has(index)) {
          strings.set(index, shortened(text));
        }
      },
      enough: () => strings.size === wanted.size,
    });
  } catch (error) {
    if (!(error instanceof UnreadableTable) || error.reason !== 'tooLarge') {
      throw error;
    }
  }
  return strings;
};
