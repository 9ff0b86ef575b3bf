// What the text translator has to know of a language: its comments, its literals, and how a path is written into each.
import { backslashed, doubled, formatted, interpolated, type Quoting, verbatim } from './quoting.ts';

/** One kind of literal. */
export interface LiteralSyntax {
  /** Sticky; its first group, where it has one, goes into `close`. */
  readonly open: RegExp;
  readonly close: (opened: RegExpExecArray) => string;
  /** A backslash takes the next character with it. */
  readonly backslash: boolean;
  /** Two closing quotes are one quote of the text. */
  readonly doubled?: boolean;
  /** May go over the end of the line. */
  readonly lines?: boolean;
  /** Code inside the literal, from the first text to the matching second one. */
  readonly embedded?: { readonly open: string; readonly close: string };
  /** `undefined`: the literal holds no path. */
  readonly quoting: Quoting | undefined;
}

export interface LanguageSyntax {
  /** Sticky patterns of what is passed over: comments, characters, regular expressions. */
  readonly skip: readonly RegExp[];
  readonly literals: readonly LiteralSyntax[];
  /** Code before a literal that makes a format text of it. */
  readonly format?: RegExp;
  /** Its functions decode what `file:` addresses encode. In others (R, Julia) the scheme is only taken off. */
  readonly decodesAddresses?: boolean;
  /** Code before a literal that makes an address of any path in it. */
  readonly address?: RegExp;
}

const quoted = (quote: '"' | "'" | '`', more: Partial<LiteralSyntax> = {}): LiteralSyntax => ({
  open: new RegExp(quote, 'y'),
  close: () => quote,
  backslash: true,
  quoting: backslashed(quote),
  ...more,
});

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const hashComment = /#[^\n]*/y;
const slashComment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const triple: LiteralSyntax = { open: /"""/y, close: () => '"""', backslash: false, lines: true, quoting: verbatim };

// https://cran.r-project.org/doc/manuals/r-release/R-lang.html#Literal-constants and help("Quotes") for raw strings.
const r: LanguageSyntax = {
  skip: [hashComment, /`(?:[^`\\]|\\.)*`/y],
  literals: [
    {
      open: /[rR](["']-*[([{])/y,
      close: ([, delimiter = '']) =>
        (closers[delimiter.slice(-1)] ?? '') + delimiter.slice(1, -1) + delimiter.slice(0, 1),
      backslash: false,
      lines: true,
      quoting: verbatim,
    },
    quoted('"', { lines: true }),
    quoted("'", { lines: true }),
  ],
  // The name of a figure's file is a format text too: help("png"), "filename".
  format:
    /\b(?:sprintf|gettextf|(?:cairo_)?pdf|cairo_ps|postscript|svg|png|jpeg|bmp|tiff)\s*\(\s*(?:(?:fmt|file|filename)\s*=\s*)?$/,
};

// https://docs.julialang.org/en/v1/manual/strings/
const julia: LanguageSyntax = {
  skip: [/#=[\s\S]*?(?:=#|$)/y, hashComment, /'(?:[^'\\\n]|\\[^\n]{1,9})'/y],
  literals: [
    { open: /raw"""/y, close: () => '"""', backslash: false, lines: true, quoting: verbatim },
    { open: /raw"/y, close: () => '"', backslash: true, lines: true, quoting: doubledBackslashBeforeQuote() },
    { open: /r"/y, close: () => '"', backslash: true, lines: true, quoting: undefined },
    {
      ...quoted('"'),
      open: /"""/y,
      close: () => '"""',
      lines: true,
      embedded: { open: '$(', close: ')' },
      quoting: interpolated('"'),
    },
    quoted('"', { lines: true, embedded: { open: '$(', close: ')' }, quoting: interpolated('"') }),
    quoted('`', { lines: true, embedded: { open: '$(', close: ')' }, quoting: juliaCommand }),
  ],
  format: /@s?printf[\s(]*$/,
};

/** In Julia's `raw"..."` backslashes are themselves, unless a quote follows them. */
function doubledBackslashBeforeQuote(): Quoting {
  return (path) => path.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1');
}

/** A word of a Julia command: the shell's rules, without a shell. */
function juliaCommand(path: string): string {
  return path.replace(/[^\p{L}\p{N}\p{M}_./:@%+=,-]/gu, '\\$&');
}

// https://tc39.es/ecma262/#sec-literals-string-literals; a slash begins a regular expression where no value ends before it.
const javascript: LanguageSyntax = {
  skip: [
    slashComment,
    /(?<=(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete))\s*)\/(?![/*])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y,
  ],
  literals: [
    quoted('"'),
    quoted("'"),
    quoted('`', { lines: true, embedded: { open: '${', close: '}' }, quoting: interpolated('`') }),
  ],
  decodesAddresses: true,
  // A module is named by an address: https://nodejs.org/api/esm.html#urls
  address: /\b(?:import|from)\s*\(?\s*$/,
};

const likeC: LanguageSyntax = {
  decodesAddresses: true,
  skip: [slashComment, /'(?:[^'\\\n]|\\[^\n]{1,9})'/y],
  literals: [triple, quoted('"')],
};

const scala: LanguageSyntax = {
  ...likeC,
  literals: [
    {
      ...triple,
      open: /[a-z]+"""/y,
      embedded: { open: '${', close: '}' },
      quoting: (path) => path.replaceAll('$', '$$$$'),
    },
    triple,
    quoted('"', {
      open: /[a-z]+"/y,
      embedded: { open: '${', close: '}' },
      quoting: (path) => backslashed('"')(path).replaceAll('$', '$$$$'),
    }),
    quoted('"'),
  ],
};

const kotlin: LanguageSyntax = {
  ...likeC,
  literals: [
    { ...triple, embedded: { open: '${', close: '}' }, quoting: (path) => path.replaceAll('$', "${'$'}") },
    quoted('"', { embedded: { open: '${', close: '}' }, quoting: interpolated('"') }),
  ],
};

const go: LanguageSyntax = {
  ...likeC,
  literals: [quoted('"'), { open: /`/y, close: () => '`', backslash: false, lines: true, quoting: verbatim }],
};

const rust: LanguageSyntax = {
  ...likeC,
  literals: [
    { open: /b?r(#*)"/y, close: ([, hashes = '']) => `"${hashes}`, backslash: false, lines: true, quoting: verbatim },
    quoted('"', { lines: true }),
  ],
};

const sql: LanguageSyntax = {
  skip: [/--[^\n]*/y, /\/\*[\s\S]*?(?:\*\/|$)/y],
  literals: [
    { open: /'/y, close: () => "'", backslash: false, doubled: true, lines: true, quoting: doubled("'") },
    { open: /"/y, close: () => '"', backslash: false, doubled: true, lines: true, quoting: doubled('"') },
  ],
};

const octave: LanguageSyntax = {
  skip: [/(?<=[\w)\]}.'])'/y, /[%#][^\n]*/y],
  literals: [quoted('"'), { open: /'/y, close: () => "'", backslash: false, doubled: true, quoting: doubled("'") }],
  format: /\b[sf]?printf\s*\(\s*$/,
};

const ruby: LanguageSyntax = {
  skip: [hashComment],
  literals: [
    quoted('"', {
      lines: true,
      embedded: { open: '#{', close: '}' },
      quoting: (path) => backslashed('"')(path).replaceAll('#', '\\#'),
    }),
    quoted("'", { lines: true }),
  ],
  format: /\b(?:s?printf|format)[\s(]*$/,
};

const perl: LanguageSyntax = {
  skip: [/(?<=[$@%&])#/y, hashComment],
  literals: [
    quoted('"', { lines: true, quoting: (path) => path.replace(/[\\"$@]/g, '\\$&') }),
    quoted("'", { lines: true }),
  ],
  format: /\bs?printf[\s(]*$/,
};

/** A language that is not known here: what stands between quotes on one line. */
const unknown: LanguageSyntax = { skip: [], literals: [quoted('"'), quoted("'")] };

const known: Readonly<Record<string, LanguageSyntax>> = {
  r,
  julia,
  javascript,
  typescript: javascript,
  scala,
  kotlin,
  go,
  rust,
  sql,
  octave,
  matlab: octave,
  ruby,
  perl,
  java: likeC,
  csharp: likeC,
  fsharp: likeC,
  groovy: likeC,
  c: likeC,
  cpp: likeC,
  'c++': likeC,
};

/** The syntax of a kernel language, in lower case as a kernelspec names it; a cautious one for a language not known. */
export const syntaxOf = (language: string): LanguageSyntax => known[language] ?? unknown;

/** The quoting of a literal, given the code before it. */
export const quotingOf = (syntax: LanguageSyntax, literal: LiteralSyntax, before: string): Quoting | undefined =>
  literal.quoting && syntax.format?.test(before) ? formatted(literal.quoting) : literal.quoting;

/** Which paths in a literal are written as in an address, given the code before it. */
export const addressesOf = (syntax: LanguageSyntax, before: string): 'none' | 'file' | 'all' => {
  if (syntax.address?.test(before)) {
    return 'all';
  }
  return syntax.decodesAddresses ? 'file' : 'none';
};
