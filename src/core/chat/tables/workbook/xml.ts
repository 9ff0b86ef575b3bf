// Reading XML as it streams in, until enough is known. Entities other than XML's own five are an error, so nothing expands.
import { SaxesParser } from 'saxes';
import { UnreadableTable } from '../types.ts';

export interface XmlHandlers {
  /** `name` without its prefix, which writers choose freely; attributes as written. */
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
  /** Asked after each chunk; the rest is left unread once it says so. */
  readonly enough?: () => boolean;
}

const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * Feeds the handlers. @returns whether the document was read to its end
 * @throws UnreadableTable `damaged`, and what `chunks` throws
 */
export const readXml = async (chunks: AsyncIterable<string>, handlers: XmlHandlers): Promise<boolean> => {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw new UnreadableTable('damaged', { cause: error });
  });
  parser.on('opentag', ({ name, attributes }) => handlers.open?.(withoutPrefix(name), attributes));
  parser.on('closetag', ({ name }) => handlers.close?.(withoutPrefix(name)));
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  for await (const chunk of chunks) {
    parser.write(chunk);
    if (handlers.enough?.() === true) {
      return false;
    }
  }
  parser.close();
  return true;
};
