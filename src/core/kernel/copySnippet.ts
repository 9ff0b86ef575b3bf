// How a kernel without this program's side is made to work in a folder, and shows that it sees it: it goes there and copies a file, in
// its own language.

const inSingleQuotes = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** JSON's escapes are those of R, JavaScript and Julia too, but for what Julia puts in. */
const inDoubleQuotes = (text: string): string => JSON.stringify(text);

const inJulia = (text: string): string => inDoubleQuotes(text).replaceAll('$', String.raw`\$`);

type Snippet = (folder: string, from: string, to: string) => string;

const snippets: Readonly<Record<string, Snippet>> = {
  bash: (folder, from, to) => `cd -- ${inSingleQuotes(folder)} && cp -- ${inSingleQuotes(from)} ${inSingleQuotes(to)}`,
  r: (folder, from, to) =>
    `setwd(${inDoubleQuotes(folder)}); invisible(file.copy(${inDoubleQuotes(from)}, ${inDoubleQuotes(to)}))`,
  julia: (folder, from, to) => `cd(${inJulia(folder)}); cp(${inJulia(from)}, ${inJulia(to)});`,
  javascript: (folder, from, to) =>
    `process.chdir(${inDoubleQuotes(folder)}); require("fs").copyFileSync(${inDoubleQuotes(from)}, ${inDoubleQuotes(to)});`,
  // Deno's kernel, and tslab's: modules, where nothing is called `require`.
  typescript: (folder, from, to) =>
    `(await import("node:process")).default.chdir(${inDoubleQuotes(folder)}); (await import("node:fs")).copyFileSync(${inDoubleQuotes(from)}, ${inDoubleQuotes(to)});`,
};

/** Code that makes a folder the working directory and copies one of its files; `undefined` for a language that is not known here. */
export const copySnippet = (language: string, folder: string, from: string, to: string): string | undefined =>
  snippets[language.toLowerCase()]?.(folder, `${folder}/${from}`, `${folder}/${to}`);
