// Which kernel language a fenced code block asks for. Only a label decides: text without one is never guessed to be code.

/** Kernel language to the labels that people and models write for it; the language's own name is a label too. */
const labels: Readonly<Record<string, readonly string[]>> = {
  python: ['py', 'py3', 'python3', 'ipython', 'ipython3'],
  r: ['rscript'],
  julia: ['jl'],
  bash: ['sh', 'shell', 'shellscript', 'zsh'],
  javascript: ['js', 'node', 'nodejs', 'mjs'],
  typescript: ['ts', 'deno'],
  scala: ['spark', 'scala3'],
  clojure: ['clj'],
  'c++': ['cpp', 'cxx'],
  csharp: ['cs', 'c#'],
  fsharp: ['fs', 'f#'],
  go: ['golang'],
  groovy: [],
  haskell: ['hs'],
  java: [],
  kotlin: ['kt', 'kts'],
  lua: [],
  octave: ['matlab'],
  perl: ['pl'],
  php: [],
  powershell: ['ps1', 'pwsh'],
  ruby: ['rb'],
  rust: ['rs'],
  sql: [],
};

const byLabel = new Map(
  Object.entries(labels).flatMap(([language, others]) => [language, ...others].map((label) => [label, language])),
);

/**
 * The kernel language that an info string names, as a kernelspec's `language` in lower case; `null` for none or one that
 * no kernel runs. Understands `python title="x"`, `{python}`, `{python, echo=false}`, `{.python .numberLines}`, `python{1,3}`
 * and `python:report.py`. Only the first word counts: https://spec.commonmark.org/0.31.2/#info-string
 */
export const kernelLanguage = (info: string): string | null => {
  const label = /^\s*\{?\s*[.=]?([\w+#-]+)/u.exec(info)?.[1];
  return (label && byLabel.get(label.toLowerCase())) ?? null;
};
