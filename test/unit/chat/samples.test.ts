import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ensureMessageIds, parseTranscript } from '../../../src/core/chat/transcript.ts';

const samples = join(import.meta.dirname, '../../../samples');

describe('the sample transcripts', () => {
  it('have ids, link files that are there, and code in every turn', async () => {
    const names = await readdir(samples);
    const transcripts = names.filter((name) => name.endsWith('.chat.md'));
    assert.ok(transcripts.length > 0);
    for (const name of transcripts) {
      const text = await readFile(join(samples, name), 'utf8');
      assert.equal(ensureMessageIds(text, { fileName: name }).changed, false, name);
      const { messages } = parseTranscript(text, { fileName: name });
      for (const { role, messageId, attachments, codeBlocks } of messages) {
        assert.ok(attachments.length > 0, messageId);
        assert.deepEqual(
          attachments.filter(({ target }) => !names.includes(basename(target))),
          [],
        );
        assert.deepEqual(
          codeBlocks.map(({ language, closed }) => [language, closed]),
          role === 'assistant' ? [['python', true]] : [],
        );
      }
    }
  });
});
