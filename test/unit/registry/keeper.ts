// A process of its own for the tests: runs and keeps until it is done or killed, and says each file that was kept.
// keeper.ts <data folder> <name> <rounds> <bytes of each file> [<a file that is kept in each other round>]
import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openDataFolder } from '../../../src/core/dataFolder.ts';
import { causeOf } from '../../../src/core/errors.ts';
import { openRegistry } from '../../../src/core/registry/registry.ts';
import { beginRun, endRun, toKeep } from './fixture.ts';

const [root = '', name = '', rounds = '0', bytes = '0', other] = process.argv.slice(2);
const say = (line: string): void => {
  // At once, past any buffer: a kill must not take what was said.
  writeSync(1, `${line}\n`);
};

const registry = await openRegistry(openDataFolder(root));

const work = async (round: number): Promise<void> => {
  const workspace = registry.workspaceFor({ user: 'user', chatId: 'chat', messageId: `${name}-${round % 7}` });
  const runId = beginRun(registry, workspace, `round ${round}`);
  const path = `file-${round % 3}`;
  const source = join(workspace.path, path);
  rmSync(source, { force: true });
  if (other !== undefined && round % 2 === 0) {
    linkSync(other, source);
  } else {
    writeFileSync(source, round % 5 === 0 ? 'often the same' : randomBytes(Number(bytes)));
  }
  const file = await registry.keepFile(toKeep(workspace, runId, path));
  say(`kept ${file.id}`);
  if (round % 11 === 10) {
    registry.forgetFile('user', file.id);
    say(`forgot ${file.id}`);
  }
  endRun(registry, runId);
};

for (let round = 0; round < Number(rounds); round += 1) {
  try {
    await work(round);
  } catch (error) {
    say(`failed ${causeOf(error)}`);
  }
}
registry[Symbol.dispose]();
say('done');
