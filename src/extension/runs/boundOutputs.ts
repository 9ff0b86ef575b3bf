// The outputs of a run in a size that an editor and a file can bear; what is left out is said in its place.
import type { MimeBundle, NotebookOutput } from '../../core/run/result.ts';

export interface OutputBounds {
  /** Of one output's text. */
  readonly characters: number;
  /** Of one piece of data: an image in base64, a table's HTML. */
  readonly dataCharacters: number;
  readonly outputs: number;
}

export interface OutputWords {
  readonly charactersLeftOut: (characters: number) => string;
  readonly outputsLeftOut: (count: number) => string;
  readonly dataLeftOut: (type: string, characters: number) => string;
}

/** What is read while it grows: drawn anew several times a second. */
export const shownBounds: OutputBounds = { characters: 100_000, dataCharacters: 4_000_000, outputs: 200 };

/** What is saved. */
export const savedBounds: OutputBounds = { characters: 2_000_000, dataCharacters: 20_000_000, outputs: 2_000 };

/** At a line's end where there is one near; never inside a pair of surrogates. */
const wholeLines = (text: string, from: number, to: number): string => {
  const part = text.slice(from, to);
  const isStart = from === 0;
  const cut = isStart ? part.lastIndexOf('\n') + 1 : part.indexOf('\n') + 1;
  if (isStart) {
    return (cut > part.length / 2 ? part.slice(0, cut) : part).replace(/[\ud800-\udbff]$/, '');
  }
  return (cut > 0 && cut < part.length / 2 ? part.slice(cut) : part).replace(/^[\udc00-\udfff]/, '');
};

const boundText = (text: string, { characters }: OutputBounds, words: OutputWords): string => {
  if (text.length <= characters) {
    return text;
  }
  const start = wholeLines(text, 0, characters / 2);
  const end = wholeLines(text, text.length - characters / 2, text.length);
  const leftOut = words.charactersLeftOut(text.length - start.length - end.length);
  return `${start}${start.endsWith('\n') ? '' : '\n'}[… ${leftOut} …]\n${end}`;
};

const sizeOf = (value: unknown): number => (typeof value === 'string' ? value : JSON.stringify(value)).length;

const boundBundle = (bundle: MimeBundle, bounds: OutputBounds, words: OutputWords): MimeBundle => {
  const kept: MimeBundle = {};
  const leftOut: string[] = [];
  for (const [type, value] of Object.entries(bundle)) {
    const size = sizeOf(value);
    if (type === 'text/plain' && typeof value === 'string') {
      kept[type] = boundText(value, bounds, words);
    } else if (size <= bounds.dataCharacters) {
      kept[type] = value;
    } else {
      leftOut.push(`[… ${words.dataLeftOut(type, size)} …]`);
    }
  }
  if (leftOut.length > 0) {
    const plain = typeof kept['text/plain'] === 'string' ? [kept['text/plain']] : [];
    kept['text/plain'] = [...plain, ...leftOut].join('\n');
  }
  return kept;
};

const boundOutput = (output: NotebookOutput, bounds: OutputBounds, words: OutputWords): NotebookOutput => {
  switch (output.output_type) {
    case 'stream':
      return { ...output, text: boundText(output.text, bounds, words) };
    case 'display_data':
    case 'execute_result':
      return { ...output, data: boundBundle(output.data, bounds, words) };
    case 'error':
      return {
        ...output,
        evalue: boundText(output.evalue, bounds, words),
        traceback: output.traceback.map((text) => boundText(text, bounds, words)),
      };
  }
};

/** The first and the last outputs, each within its bounds. */
export const boundOutputs = (
  outputs: readonly NotebookOutput[],
  bounds: OutputBounds,
  words: OutputWords,
): readonly NotebookOutput[] => {
  const bounded = (some: readonly NotebookOutput[]): NotebookOutput[] =>
    some.map((output) => boundOutput(output, bounds, words));
  const leftOut = outputs.length - bounds.outputs;
  if (leftOut <= 0) {
    return bounded(outputs);
  }
  const half = Math.floor(bounds.outputs / 2);
  const text = `[… ${words.outputsLeftOut(leftOut)} …]\n`;
  return [
    ...bounded(outputs.slice(0, half)),
    { output_type: 'stream', name: 'stderr', text },
    ...bounded(outputs.slice(half + leftOut)),
  ];
};
