// Which headings begin a message: one with a mark, whatever it says, and one that is a role's name.
import { readMark, readMarkInside, withoutMark } from './marks.ts';
import type { Role } from './types.ts';

/** A heading that begins a message. Lines count from 0. */
export interface MessageHeading {
  readonly line: number;
  /** The first line after it. */
  readonly bodyLine: number;
  readonly level: number;
  readonly role: Role;
  /** Where its mark is: its own line or one under it; `null` without one. */
  readonly markLine: number | null;
}

const roleWords: readonly (readonly [Role, RegExp])[] = [
  ['user', /^(?:user|you|human|me)$/iu],
  ['assistant', /^(?:assistant|ai|bot|chatgpt|claude|copilot|gemini)$/iu],
  ['system', /^(?:system|developer)$/iu],
];

/** The role that a heading's text names: `User`, `**Assistant**`, `Assistant (some model)`, `You:`; else `null`. */
export const roleOf = (heading: string): Role | null => {
  const word = heading
    .replaceAll(/[*_`]/gu, '')
    .replace(/[([·|:].*$/su, '')
    .trim();
  return roleWords.find(([, pattern]) => pattern.test(word))?.[0] ?? null;
};

/** The line of the mark that belongs to a heading: in it, or under it with blank lines between; else `null`. */
const markLineOf = (lines: readonly string[], line: number): number | null => {
  if (readMarkInside('message', lines[line] ?? '') !== null) {
    return line;
  }
  const below = lines.slice(line + 1, line + 4).findIndex((text) => text.trim() !== '');
  const markLine = line + 1 + below;
  return below >= 0 && readMark('message', lines[markLine] ?? '') !== null ? markLine : null;
};

/** The heading with a mark on this line, read from the line alone; `null` for any other line. */
export const markedHeadingAt = (lines: readonly string[], line: number): MessageHeading | null => {
  const text = lines[line] ?? '';
  const hashes = /^ {0,3}(#{1,6})(?=[ \t]|$)/u.exec(text);
  const markLine = hashes ? markLineOf(lines, line) : null;
  if (!hashes?.[1] || markLine === null) {
    return null;
  }
  const name = withoutMark('message', text.slice(hashes[0].length)).replace(/#+[ \t]*$/u, '');
  return { line, bodyLine: line + 1, level: hashes[1].length, role: roleOf(name) ?? 'user', markLine };
};
