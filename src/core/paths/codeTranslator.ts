// Makes /mnt/data true in the code of kernels whose files can't be translated in the kernel: everything but Python.
import { isWindowsPath } from './escapedForms.ts';
import { syntaxOf } from './languageSyntax.ts';
import { translateLiterals } from './literalTranslator.ts';
import { translateShell } from './shellTranslator.ts';
import { virtualRoot } from './virtualPath.ts';

const shells: readonly string[] = ['bash', 'sh', 'shell', 'zsh', 'ksh', 'dash', 'fish'];

/**
 * `code` with `/mnt/data` replaced by `realPath` where the language reads it as text (or, in a shell, as a word), quoted as
 * the place demands; the number of lines is the same. Python is not touched: there paths are translated in the kernel.
 * @param language the kernelspec's language, any case
 * @param realPath the workspace as the kernel sees it, absolute
 */
export const translateCode = (language: string, code: string, realPath: string): string => {
  const name = language.toLowerCase();
  if (name === 'python' || realPath === virtualRoot || realPath === '' || !code.includes('data')) {
    return code;
  }
  // Every language takes slashes on Windows, and a slash needs no escape.
  const path = (isWindowsPath(realPath) ? realPath.replaceAll('\\', '/') : realPath).replace(/(?<=.)\/+$/, '');
  return shells.includes(name) ? translateShell(code, path) : translateLiterals(syntaxOf(name), code, path);
};
