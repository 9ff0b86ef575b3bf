// What code of other languages may do with /mnt/data: run mounted and translated, and part of the documentation's table.
import { groundingFiles, type GroundingCase } from './groundingCases.ts';

export interface LanguageCase extends GroundingCase {
  readonly language: 'Bash' | 'R' | 'TypeScript';
}

/** The names of the kernels that `scripts/lib/testKernels.ts` installs. */
export const kernelOf: Readonly<Record<LanguageCase['language'], string>> = {
  Bash: 'bash',
  R: 'r',
  TypeScript: 'deno',
};

/** Files that every case finds. */
export const languageFiles: Readonly<Record<string, string>> = {
  ...groundingFiles,
  'mod.ts': "export const text: string = Deno.readTextFileSync('p.txt');\n",
  'code.r': 'words <- "from a script"\n',
};

const computed = 'The path is put together when the code runs; the text of the code does not have it.';
const literalIsReal = 'A literal in the code is the real path.';
const inner = 'Code inside a text of the code has quotes of its own, which the real path may break.';

const bash: readonly GroundingCase[] = [
  { name: 'a word', code: 'cat /mnt/data/p.txt', prints: 'text of p\n' },
  {
    name: 'quotes of both kinds',
    code: `cat "/mnt/data/a b.csv" '/mnt/data/Übersicht_2026 (1).csv' /mnt/data/a\\ b.csv`,
    prints: 'x,y\n1,2\nx\n7\nx,y\n1,2\n',
  },
  { name: 'a variable', code: 'D=/mnt/data\ncat "$D/p.txt" && cat "${D}"/p.txt', prints: 'text of ptext of p\n' },
  {
    name: 'redirections, and a here-document, which is data',
    code: "cat > /mnt/data/out.txt <<'EOF'\n/mnt/data\nEOF\ncat /mnt/data/out.txt; wc -c < /mnt/data/out.txt",
    prints: '/mnt/data\n10\n',
  },
  { name: 'the working directory', code: 'pwd; cd /mnt/data/.. ; cd /mnt/data; pwd', prints: '/mnt/data\n/mnt/data\n' },
  {
    name: 'siblings and addresses',
    code: 'echo /mnt/data2 /mnt/database https://host/mnt/data/x # /mnt/data',
    prints: '/mnt/data2 /mnt/database https://host/mnt/data/x\n',
  },
  {
    name: 'patterns',
    code: 'ls -1 /mnt/data/*.csv | cat; for f in /mnt/data/p.*; do echo "$f"; done',
    prints: '/mnt/data/a b.csv\n/mnt/data/Übersicht_2026 (1).csv\n/mnt/data/p.txt\n',
  },
  {
    name: 'an error says the path that was asked for',
    code: '(: < /mnt/data/none) 2>&1 || true',
    prints: 'bash: /mnt/data/none: No such file or directory\n',
  },
  {
    name: 'tests and substitutions',
    code: '[[ -f /mnt/data/p.txt ]] && echo "$(cat "/mnt/data/p.txt")" `cat /mnt/data/p.txt` "`cat /mnt/data/p.txt`"',
    prints: 'text of p text of p text of p\n',
  },
  {
    name: 'a path that is put together',
    code: 'D=/mnt; cat $D/data/p.txt 2>/dev/null || echo missing',
    prints: 'text of p\n',
    translated: { prints: 'missing\n', why: computed },
  },
  {
    name: 'a folder above, then a relative path',
    code: '(cd /mnt && cat data/p.txt) 2>/dev/null || echo missing',
    prints: 'text of p\n',
    translated: { prints: 'missing\n', why: computed },
  },
  {
    name: 'code of a shell inside quotes',
    code: `bash -c 'cat "/mnt/data/p.txt"' 2>/dev/null || echo missing`,
    prints: 'text of p\n',
    translated: { prints: 'missing\n', why: inner },
  },
  {
    name: 'the length of a literal',
    code: 'D=/mnt/data; [ ${#D} = 9 ] && echo yes || echo no',
    prints: 'yes\n',
    translated: { prints: 'no\n', why: literalIsReal },
  },
];

const r: readonly GroundingCase[] = [
  {
    name: 'quotes of both kinds, and a raw string',
    code: `for (p in c("/mnt/data/p.txt", '/mnt/data/p.txt', r"(/mnt/data/p.txt)")) cat(readLines(p, warn = FALSE), "\\n")`,
    prints: 'text of p \ntext of p \ntext of p \n',
  },
  { name: 'read.csv', code: 'print(read.csv("/mnt/data/a b.csv")$y)', prints: '[1] 2\n' },
  { name: 'the working directory', code: 'setwd("/mnt/data"); cat(getwd(), "\\n")', prints: '/mnt/data \n' },
  {
    name: 'write.csv, saveRDS',
    code: 'write.csv(data.frame(a = 1), "/mnt/data/o.csv", row.names = FALSE)\ncat(readLines("o.csv"), "\\n")\nsaveRDS(7, "/mnt/data/o.rds")\nprint(readRDS("/mnt/data/o.rds"))',
    prints: '"a" 1 \n[1] 7\n',
  },
  {
    name: 'sprintf and paste0',
    code: 'cat(readLines(sprintf("/mnt/data/%s.txt", "p"), warn = FALSE), readLines(paste0("/mnt/data", "/p.txt"), warn = FALSE), "\\n")',
    prints: 'text of p text of p \n',
  },
  {
    name: 'list.files and source',
    code: 'cat(list.files("/mnt/data", pattern = "^p", full.names = TRUE), "\\n")\nsource("/mnt/data/code.r")\ncat(words, "\\n")',
    prints: '/mnt/data/p.txt \nfrom a script \n',
  },
  {
    name: 'a figure',
    code: 'pdf("/mnt/data/o.pdf", compress = FALSE); plot(1:3); invisible(dev.off()); cat(file.size("/mnt/data/o.pdf") > 0, "\\n")',
    prints: 'TRUE \n',
  },
  {
    name: 'an error says the path that was asked for',
    code: 'tryCatch(file("/mnt/data/none", "r"), warning = function(w) cat(conditionMessage(w), "\\n"))',
    prints: "cannot open file '/mnt/data/none': No such file or directory \n",
  },
  {
    name: 'siblings and addresses',
    code: 'cat("/mnt/data2", "/mnt/database", "https://host/mnt/data/x", "\\n") # "/mnt/data',
    prints: '/mnt/data2 /mnt/database https://host/mnt/data/x \n',
  },
  {
    name: 'file.path',
    code: 'cat(file.exists(file.path("/mnt", "data", "p.txt")), "\\n")',
    prints: 'TRUE \n',
    translated: { prints: 'FALSE \n', why: computed },
  },
  {
    name: 'the length of a literal',
    code: 'cat(nchar("/mnt/data") == 9, "\\n")',
    prints: 'TRUE \n',
    translated: { prints: 'FALSE \n', why: literalIsReal },
  },
];

const typescript: readonly GroundingCase[] = [
  {
    name: 'quotes of both kinds, and a template',
    code: "const n: string = 'p';\nfor (const p of ['/mnt/data/p.txt', \"/mnt/data/p.txt\", `/mnt/data/${n}.txt`]) console.log(Deno.readTextFileSync(p));",
    prints: 'text of p\ntext of p\ntext of p\n',
  },
  {
    name: 'an address of a file',
    code: "console.log(Deno.readTextFileSync(new URL('file:///mnt/data/a b.csv')));\nconsole.log(new URL('file:///mnt/data/a b.csv').href);",
    prints: 'x,y\n1,2\n\nfile:///mnt/data/a%20b.csv\n',
  },
  {
    name: 'a module of the workspace',
    code: "const { text } = await import('file:///mnt/data/mod.ts');\nconsole.log(text);",
    prints: 'text of p\n',
  },
  {
    name: 'a module of the workspace by its path',
    code: "const other = await import('/mnt/data/mod.ts');\nconsole.log(other.text);",
    prints: 'text of p\n',
  },
  { name: 'the working directory', code: "Deno.chdir('/mnt/data'); console.log(Deno.cwd());", prints: '/mnt/data\n' },
  {
    name: 'node:fs and node:path',
    code: "import fs from 'node:fs';\nimport path from 'node:path';\nfs.writeFileSync('/mnt/data/o.txt', 'written');\nconsole.log(fs.readFileSync(path.join('/mnt/data', 'o.txt'), 'utf8'), path.relative('/mnt/data', '/mnt/data/s/x'), fs.realpathSync('/mnt/data/o.txt'));",
    prints: 'written s/x /mnt/data/o.txt\n',
  },
  {
    name: 'a command',
    code: "console.log(new TextDecoder().decode(new Deno.Command('cat', { args: ['/mnt/data/p.txt'], cwd: '/mnt/data' }).outputSync().stdout));",
    prints: 'text of p\n',
  },
  {
    name: 'an error says the path that was asked for',
    code: "try { Deno.readTextFileSync('/mnt/data/none'); } catch (error) { console.log(error.message); }",
    prints: "No such file or directory (os error 2): readfile '/mnt/data/none'\n",
  },
  {
    name: 'siblings and addresses',
    code: "console.log('/mnt/data2', '/mnt/database', 'https://host/mnt/data/x'); // '/mnt/data",
    prints: '/mnt/data2 /mnt/database https://host/mnt/data/x\n',
  },
  {
    name: 'a path that is put together',
    code: "try { console.log(Deno.readTextFileSync(['', 'mnt', 'data', 'p.txt'].join('/'))); } catch { console.log('missing'); }",
    prints: 'text of p\n',
    translated: { prints: 'missing\n', why: computed },
  },
  {
    name: 'a regular expression against a literal',
    code: "console.log(/^\\/mnt\\/data\\b/.test('/mnt/data/x'));",
    prints: 'true\n',
    translated: { prints: 'false\n', why: literalIsReal },
  },
];

const of = (language: LanguageCase['language'], cases: readonly GroundingCase[]): readonly LanguageCase[] =>
  cases.map((one) => ({ ...one, language }));

export const languageCases: readonly LanguageCase[] = [
  ...of('Bash', bash),
  ...of('R', r),
  ...of('TypeScript', typescript),
];
