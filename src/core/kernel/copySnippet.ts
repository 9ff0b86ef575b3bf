// How a kernel without this program's side shows that it sees a folder: it copies a file there, in its own language.

const inSingleQuotes = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** JSON's escapes are those of R and Julia too, but for what Julia puts in. */
const inDoubleQuotes = (text: string): string => JSON.stringify(text);

const snippets: Readonly<Record<string, (from: string, to: string) => string>> = {
  bash: (from, to) => `cp -- ${inSingleQuotes(from)} ${inSingleQuotes(to)}`,
  r: (from, to) => `invisible(file.copy(${inDoubleQuotes(from)}, ${inDoubleQuotes(to)}))`,
  julia: (from, to) =>
    `cp(${inDoubleQuotes(from).replaceAll('$', String.raw`\$`)}, ${inDoubleQuotes(to).replaceAll('$', String.raw`\$`)});`,
};

/** Code that copies a file on the kernel's machine; `undefined` for a language that is not known here. */
export const copySnippet = (language: string, from: string, to: string): string | undefined =>
  snippets[language.toLowerCase()]?.(from, to);
