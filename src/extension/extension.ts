// What VS Code activates. Nothing here reaches the network or loads the engine.
import type { ExtensionContext } from 'vscode';

/** What other extensions get from `activate`. */
export interface CodeInterpreterApi {
  readonly version: 1;
}

/** Called by VS Code once, at the first use of anything that the manifest contributes. */
export const activate = (_context: ExtensionContext): CodeInterpreterApi => ({ version: 1 });
