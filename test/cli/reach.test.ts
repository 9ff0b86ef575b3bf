// The command line with files through the kernel connection: the same result as with a shared folder.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../../src/core/run/result.ts';
import { command, jsonOf } from '../support/commandLine.ts';
import { testGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { recordKernelFolders } from '../support/kernelFolders.ts';
import { repository, temporaryFolder } from '../support/places.ts';

/** Workbooks and PDFs hold the time at which they were made. */
const frozenClock = `def _freeze():
    import datetime, os, time, types
    import openpyxl.packaging.core, openpyxl.writer.excel
    os.environ['SOURCE_DATE_EPOCH'] = '1000000000'
    moment = time.localtime(1000000000)
    time.localtime = lambda *seconds: moment
    class Fixed(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime(2026, 1, 1, tzinfo=tz)
    frozen = types.SimpleNamespace(**{**vars(datetime), 'datetime': Fixed})
    openpyxl.packaging.core.datetime = openpyxl.writer.excel.datetime = frozen
_freeze()
del _freeze
`;

describe('code-interpreter run --reach', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await testGateway();
  });

  const runWith = async (...args: string[]): Promise<{ runs: RunResult[] }> => {
    const end = await command(['run', '--json', '--grounding', 'translated', ...args], {
      dataFolder: gateway.data.root,
    });
    assert.ok(end.status === 0 || end.status === 1, end.stderr);
    const value = jsonOf(end) as RunResult | { runs: RunResult[] };
    return 'runs' in value ? value : { runs: [value] };
  };

  it('channel: the sample chat gives the same files, byte for byte, and leaves nothing in the place of the kernel', async () => {
    const folders = await recordKernelFolders();
    const initCode = join(await temporaryFolder('init'), 'init.py');
    await writeFile(initCode, folders.initCode + frozenClock);
    const frozen = join(await temporaryFolder('init'), 'init.py');
    await writeFile(frozen, frozenClock);
    const sample = ['--transcript', join(repository, 'samples', 'sales.chat.md'), '--chat'];
    const channel = await runWith('--reach', 'channel', '--init-code', initCode, ...sample, randomUUID());
    const shared = await runWith('--reach', 'shared', '--init-code', frozen, ...sample, randomUUID());
    assert.ok(folders.all().length > 0);
    assert.deepEqual(folders.left(), []);
    const comparable = ({ runs }: { runs: RunResult[] }): unknown =>
      runs.map(({ status, stdout, stderr, result, error, files, skipped }) => ({
        ...{ status, stdout, stderr, result, error, skipped },
        files: files.map(({ path, sha256, size, status, format }) => ({ path, sha256, size, status, format })),
      }));
    assert.ok(channel.runs.length > 1 && channel.runs.every(({ files }) => files.length > 0));
    assert.deepEqual(
      [channel, shared].map(({ runs }) => runs.map(({ reach }) => reach)),
      [channel.runs.map(() => 'channel'), shared.runs.map(() => 'shared')],
    );
    assert.deepEqual(comparable(channel), comparable(shared));
  });

  it('what is over a limit is named, and comes with --fetch-anyway', async () => {
    const code = ['-c', "open('large', 'wb').write(b'1' * 2_000_000)"];
    const limits = ['--reach', 'channel', '--transfer-file-megabytes', '1'];
    const [limited] = (await runWith(...limits, ...code)).runs;
    assert.deepEqual(limited?.files, []);
    assert.deepEqual(limited.skipped, [
      { path: '/mnt/data/large', reason: 'it is larger than 1 MB', can_be_fetched: true },
    ]);
    const [whole] = (await runWith(...limits, '--fetch-anyway', ...code)).runs;
    assert.deepEqual(
      [whole?.files.map(({ path, size }) => [path, size]), whole?.skipped],
      [[['/mnt/data/large', 2_000_000]], []],
    );
  });
});
