// Files that are written after the end of a run, by a thread or a process that its code left at work: whose they are.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunNotice } from '../../src/core/run/events.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import type { MessageKey } from '../../src/core/workspace/messageKey.ts';
import { newMessage, run, withInterpreter } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';
import { eventually } from '../support/processes.ts';

/** Each waits for a folder that says that the run is over. */
const writers: Readonly<Record<string, string>> = {
  'a thread': `
import os, threading, time
def late():
    while not os.path.exists('/mnt/data/over'): time.sleep(.01)
    open('/mnt/data/late.part', 'w').write('late'); os.replace('/mnt/data/late.part', '/mnt/data/late.txt')
threading.Thread(target=late).start()
open('early.txt', 'w').write('early')`,
  'a process': `
import subprocess
subprocess.Popen('until test -e over; do sleep .02; done; echo late > late.part; mv late.part late.txt', shell=True, start_new_session=True)
open('early.txt', 'w').write('early')`,
};

describe('files written after the end of a run', () => {
  for (const [who, code] of Object.entries(writers)) {
    for (const grounding of ['auto', 'translated'] as const) {
      it(`by ${who} are that run's, and the next one is told (${grounding})`, async () => {
        await withInterpreter({ settings: { grounding } }, async (on) => {
          const key = newMessage(on);
          const first = await run(code, { on, key });
          assert.deepEqual(namesOf(first), ['early.txt']);
          await letWrite(on, key);
          const folder = await temporaryFolder('late');
          writeFileSync(join(folder, 'attached.txt'), 'attached');
          const second = await run("open('second.txt', 'w').write('second')", {
            ...{ on, key },
            attachments: [{ path: join(folder, 'attached.txt') }],
          });
          assert.deepEqual(namesOf(second), ['second.txt']);
          const told = (second.notices ?? []).filter(({ code: name }: RunNotice) => name === 'files.late');
          assert.deepEqual(told, [{ code: 'files.late', names: ['/mnt/data/late.txt'] }]);
          assert.deepEqual(runsOf(on, key), {
            'early.txt': first.run_id,
            'late.txt': first.run_id,
            'second.txt': second.run_id,
          });
          assert.deepEqual((await run('1', { on, key })).notices ?? [], []);
        });
      });
    }
  }

  it('are kept when no other run comes, with the end of the kernel', async () => {
    await withInterpreter({}, async (on) => {
      const key = newMessage(on);
      const { run_id } = await run(writers['a thread'] ?? '', { on, key });
      await letWrite(on, key);
      // Another message's kernel takes the place of this one's at the latest when this is disposed of.
      await run('1', { on });
      await run('1', { on });
      await eventually('the kernel is gone, and the file kept', () => runsOf(on, key)['late.txt'] === run_id);
    });
  });
});

const namesOf = (result: RunResult): string[] => result.files.map(({ name }) => name).sort();

/** By the names of a message's files, the runs that they belong to. */
const runsOf = (on: Interpreter, key: MessageKey): Record<string, string> =>
  Object.fromEntries(
    on.registry
      .listMessageFiles(key.user, key.chatId, key.messageId)
      .map(({ id, name }) => [name, on.registry.getGeneratedFile(key.user, id).run_id]),
  );

const letWrite = async (on: Interpreter, key: MessageKey): Promise<void> => {
  const { path } = on.registry.workspaceFor(key);
  mkdirSync(join(path, 'over'));
  await eventually('it has written', () => existsSync(join(path, 'late.txt')));
};
