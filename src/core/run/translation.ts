// What turns a kernel's paths into virtual ones, for everything that comes back from it.
import { translateMimeBundle } from '../paths/mimeTranslator.ts';
import {
  createOutputTranslator,
  translateText,
  type OutputTranslator as StreamTranslator,
} from '../paths/outputTranslator.ts';
import type { PathMapping } from '../paths/pathMapping.ts';
import type { MimeBundle } from './result.ts';

export interface OutputTranslator {
  /** A translator for one stream, correct whatever the chunking. */
  stream(): StreamTranslator;
  text(text: string): string;
  bundle(bundle: MimeBundle): MimeBundle;
}

/** Where `/mnt/data` really is the workspace there is nothing to do. */
export const noTranslation: OutputTranslator = {
  stream: () => ({ push: (text) => text, flush: () => '', holds: false }),
  text: (text) => text,
  bundle: (bundle) => bundle,
};

/** Translates by a mapping of real paths. */
export const translateOutputs = (mapping: PathMapping): OutputTranslator => ({
  stream: () => createOutputTranslator(mapping),
  text: (text) => translateText(mapping, text),
  bundle: (bundle) => translateMimeBundle(mapping, bundle),
});
