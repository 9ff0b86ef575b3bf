// The form in which every text of this folder is written: a text in English with named places. The command line takes it as
// it is; VS Code's own `l10n.t` has the same form, and translates it.

/** Puts values into the `{places}` of a text, after it was translated where that is possible. */
export type Translate = (text: string, values?: Record<string, string | number>) => string;

/** The texts as they are written. A place without a value stays. */
export const english: Translate = (text, values = {}) =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
