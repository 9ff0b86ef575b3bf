// The tree over ten thousand messages: what the first look at it asks the registry for, and what one change costs after it.
import type { Benchmark } from '../benchmark.ts';
import { contender, inTurns } from '../benchmark.ts';
import { openDataFolder } from '../../src/core/dataFolder.ts';
import { openRegistry, type Registry } from '../../src/core/registry/registry.ts';
import { addMessages } from '../../test/support/manyMessages.ts';
import { median } from '../statistics.ts';
import { atMost } from '../targets.ts';

const user = 'bench';
const chatId = 'chat';
const count = 10_000;
/** As in src/extension/files/treeModel.ts: a page, and the messages whose files are shown at first. */
const page = 200;
const open = 3;

const filesOf = (registry: Registry, from: number, most: number): void => {
  for (const message of registry.listWorkspaces({ user, chatId, from, most })) {
    registry.listAttachments(message);
    registry.listForTree(message);
  }
};

export const tree: Benchmark = {
  name: 'tree',
  title: `The tree over ${count} messages`,
  run: async (places, runs) => {
    const data = openDataFolder(await places.folder());
    using registry = await openRegistry(data);
    addMessages(data, { user, chatId, count });
    const [latest] = registry.listWorkspaces({ user, chatId, from: count - 1 });
    if (!latest) {
      throw new Error('the latest message is not there');
    }
    let number = 0;
    const change = (): number => {
      const mark = registry.dataVersion();
      registry.describeMessage(latest.key, { label: `Changed ${++number}` });
      return mark;
    };
    const series = await inTurns(
      [
        contender('all of it, as one list', () => {
          filesOf(registry, 0, -1);
        }),
        contender('first look', () => {
          registry.countChats(user);
          registry.listChats(user, { most: page });
          registry.listWorkspaces({ user, chatId, from: count - page });
          filesOf(registry, count - open, open);
        }),
        contender('after one change', () => {
          const mark = change();
          registry.changedChats(user, mark);
          registry.listChats(user, { most: page });
          for (const message of registry.listWorkspaces({ user, changedAfter: mark })) {
            registry.listAttachments(message);
            registry.listForTree(message);
          }
        }),
        contender('nothing changed', () => {
          registry.dataVersion();
        }),
      ],
      { runs: Math.min(runs, 20), round: 5, warmUps: 1 },
    );
    const of = (name: string): number => median(series.find(({ contender: one }) => one === name)?.samples ?? [NaN]);
    return {
      series,
      reference: 'all of it, as one list',
      targets: [
        atMost('first look: at most 50 ms', of('first look'), 50, ' ms'),
        atMost('after one change: at most 20 ms', of('after one change'), 20, ' ms'),
      ],
    };
  },
};
