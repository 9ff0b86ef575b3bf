// One simple run, wholly: all that it tells while it goes, and its result, against a file that people can read.
// Set UPDATE_GOLDEN=1 to write the file anew.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../../src/core/run/events.ts';
import { keptBy, newMessage, run, testInterpreter } from '../support/interpreter.ts';

const golden = join(import.meta.dirname, 'golden', 'simple-run.json');

const code = `handle = display('first', display_id='the-display')
print('printed', flush=True)
handle.update('second')
open('/mnt/data/a.csv', 'w').write('1,2')
6 * 7`;

describe('a simple run', () => {
  it('tells what it always told', async () => {
    const interpreter = await testInterpreter();
    const key = newMessage(interpreter);
    const told: RunEvent[] = [];
    const begun: string[] = [];
    const result = await run(code, {
      key,
      // As it is at that moment: outputs change later.
      onEvent: (event) => {
        if (event.kind === 'begin') {
          // The only thing told that is another one each time.
          begun.push(event.runId);
        } else if (event.kind !== 'notice') {
          told.push(structuredClone(event));
        }
      },
    });
    const { run_id, chat_id, message_id, duration_ms, files, grounding, ...rest } = result;
    assert.deepEqual([chat_id, message_id], [key.chatId, key.messageId]);
    assert.match(run_id, /^run_/);
    assert.deepEqual(begun, [run_id]);
    assert.ok(duration_ms >= 0);
    assert.equal(files.length, 1);
    assert.ok(['mounted', 'translated'].includes(grounding));
    const found = JSON.stringify({ code, told, result: { ...rest, files: keptBy(result) } }, null, 2);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      await writeFile(golden, `${found}\n`);
    }
    assert.deepEqual(JSON.parse(found), JSON.parse(await readFile(golden, 'utf8')));
  });
});
