// Where a name that the code lacks was defined: in another message, or in a run whose kernel is no more.
import type { Registry } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { RunError } from './result.ts';

export interface NameElsewhere {
  readonly name: string;
  readonly messageId: string;
  /** What the message is called in lists, if anything. */
  readonly label: string | null;
  /** The same message: an earlier kernel of it had the name. */
  readonly isSame: boolean;
}

/** Messages of the chat that are looked through, the latest first. */
const messages = 50;
/** Characters of one run's code that are looked through. */
const characters = 100_000;

/** The name in Python's own words, which later versions go on with a suggestion. */
const missingName = ({ name, value }: RunError): string | undefined =>
  name === 'NameError' ? /^name '([\p{L}_][\p{L}\p{N}_]*)' is not defined/u.exec(value)?.[1] : undefined;

/** A line that defines it by its look: an assignment, a function, a class, an import, a loop's or a `with`'s name. */
const definitionOf = (name: string): RegExp => {
  const before = '(?:^|[;,(]|\\bas\\s|\\bfor\\s)\\s*';
  const assigned = `${before}${name}\\s*(?:,[^=\\n]*)?(?::[^=\\n]+)?=(?!=)`;
  const named = `^\\s*(?:async\\s+)?(?:def|class)\\s+${name}\\b`;
  const imported = `^\\s*(?:import|from)\\s[^\\n]*\\b${name}\\b`;
  const bound = `\\b(?:as|for)\\s+(?:\\w+\\s*,\\s*)*${name}\\b`;
  const walrus = `\\b${name}\\s*:=`;
  return new RegExp([assigned, walrus, named, imported, bound].join('|'), 'mu');
};

/** Which other message of the chat (or earlier run of this one) defined the name that a run lacked; a guess by the looks of its code. */
export const findMissingName = (
  registry: Registry,
  workspace: Workspace,
  runId: string,
  error: RunError | null,
): NameElsewhere | undefined => {
  const name = error ? missingName(error) : undefined;
  if (name === undefined) {
    return undefined;
  }
  const definition = definitionOf(name);
  const { user, chatId } = workspace.key;
  const found = registry.listWorkspaces({ user, chatId }).sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  for (const { id, key, label } of found.slice(0, messages)) {
    const defines = registry
      .listRuns(key)
      .some((run) => run.runId !== runId && definition.test(run.code.slice(0, characters)));
    if (defines) {
      return { name, messageId: key.messageId, label, isSame: id === workspace.id };
    }
  }
  return undefined;
};
