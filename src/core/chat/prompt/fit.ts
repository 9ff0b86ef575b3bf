// Which entries of a list fit into a number of characters, and how much of each.

export interface Entry {
  /** One line, without its end. */
  readonly line: string;
  /** What else can be said below it, the most telling first; `null` until it is asked for. */
  readonly details: () => Promise<readonly (readonly string[])[]>;
}

const moreLine = (count: number, hint: string): string => `+${count} more${hint}`;

/**
 * The entries as lines of together at most `budget` characters, line ends counted: first as many entries as fit, in order, with
 * `+N more` for the rest; then details, from the first entry on, the longest version of each that still fits.
 */
export const fit = async (entries: readonly Entry[], budget: number, moreHint = ''): Promise<string[]> => {
  const reserved = moreLine(entries.length, moreHint).length + 1;
  let left = budget;
  const shown: Entry[] = [];
  for (const [index, entry] of entries.entries()) {
    const isLast = index === entries.length - 1;
    if (entry.line.length + 1 + (isLast ? 0 : reserved) > left) {
      break;
    }
    shown.push(entry);
    left -= entry.line.length + 1;
  }
  const hidden = entries.length - shown.length;
  left -= hidden > 0 ? reserved : 0;
  const lines: string[] = [];
  for (const { line, details } of shown) {
    const versions = left > 20 ? await details() : [];
    const lengths = versions.map((version) => version.reduce((sum, text) => sum + text.length + 1, 0));
    const best = versions.find((_, index) => (lengths[index] ?? 0) <= left) ?? [];
    left -= best.reduce((sum, text) => sum + text.length + 1, 0);
    lines.push(line, ...best);
  }
  return hidden > 0 && left >= 0 ? [...lines, moreLine(hidden, moreHint)] : lines;
};
