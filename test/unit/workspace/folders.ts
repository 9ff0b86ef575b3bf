// Temporary folders for the tests of workspaces.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestFolders extends Disposable {
  /** Holds the two others. */
  readonly base: string;
  /** The user's own files. */
  readonly own: string;
  /** As `<data>/uploads/<message>`. */
  readonly workspace: string;
  readonly uploads: string;
}

export const testFolders = (): TestFolders => {
  const base = mkdtempSync(join(tmpdir(), 'workspace-test-'));
  const own = join(base, 'own');
  const uploads = join(base, 'uploads');
  const workspace = join(uploads, 'm1');
  mkdirSync(own);
  mkdirSync(workspace, { recursive: true });
  return {
    base,
    own,
    uploads,
    workspace,
    [Symbol.dispose]: () => {
      rmSync(base, { recursive: true, force: true });
    },
  };
};
