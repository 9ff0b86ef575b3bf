// Finds /mnt/data in a piece of source text, in the spellings that mean the same folder, with a border on both sides.
import { boundaryReach, endsBefore, startsAt } from './boundaries.ts';
import { inAddress, type Quoting } from './quoting.ts';

const spelled = /\/+mnt\/+(?:\.\/+)*data/g;
/** What stands there makes the path, or takes part in it: `{base}/mnt/data`, `$(pwd)/mnt/data`, `*` before it. */
const continued = /[)}\]*?$/\\]$/;
/** A pattern that also fits the neighbours of the folder is left alone: written out, it would show other messages. */
const pattern = /^[*?[]/;

export interface VirtualUse {
  readonly start: number;
  readonly end: number;
  /** In a `file:` address. */
  readonly address: boolean;
}

/** Where `text` names the virtual folder; `before` is what stands before the text and belongs to the same word. */
export const virtualUses = (text: string, before = ''): VirtualUse[] => {
  const uses: VirtualUse[] = [];
  for (const found of text.matchAll(spelled)) {
    const start = found.index;
    const end = start + found[0].length;
    const left = (before + text.slice(0, start)).slice(-boundaryReach);
    // The scheme's two slashes are no part of the path.
    const address = /file:$/i.test(left);
    const scheme = address && found[0].startsWith('//') ? 2 : 0;
    if (
      startsAt(left, left.length) &&
      (!left.endsWith(':') || scheme > 0 || !found[0].startsWith('//')) &&
      !(continued.test(left) && !/\\[ntr]$/.test(left)) &&
      endsBefore(text, end, true) === 'yes' &&
      !pattern.test(text.slice(end))
    ) {
      uses.push({ start: start + scheme, end, address });
    }
  }
  return uses;
};

/**
 * `text` with the virtual folder replaced by the real one.
 * @param addresses where it is encoded as in an address: in those with the scheme `file:`, or whatever stands there
 */
export const replaceVirtual = (
  text: string,
  realPath: string,
  quoting: Quoting,
  before = '',
  addresses: 'none' | 'file' | 'all' = 'none',
): string => {
  let replaced = '';
  let from = 0;
  for (const { start, end, address } of virtualUses(text, before)) {
    const encoded = addresses === 'all' || (addresses === 'file' && address);
    replaced += text.slice(from, start) + quoting(encoded ? inAddress(realPath) : realPath);
    from = end;
  }
  return from === 0 ? text : replaced + text.slice(from);
};
