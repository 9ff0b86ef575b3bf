// doctor: what it says where all is well, and where something is not.
import assert from 'node:assert/strict';
import { command, jsonOf, type CommandEnd } from '../support/commandLine.ts';
import { testGateway, type TestGateway } from '../support/embeddedGateway.ts';

interface Report {
  readonly good: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly good: boolean;
    readonly text: string;
    readonly error?: string;
  }[];
}

describe('code-interpreter doctor', () => {
  let gateway: TestGateway;
  const cli = (...args: string[]): Promise<CommandEnd> => command(args, { dataFolder: gateway.data.root });

  before(async () => {
    gateway = await testGateway();
  });

  it('says what works, which grounding is in force and why, and leaves no file', async () => {
    const end = await cli('doctor', '--json', '--grounding', 'translated', '--reach', 'channel');
    assert.equal(end.status, 0, end.stderr + end.stdout);
    const { good, checks } = jsonOf(end) as Report;
    assert.equal(good, true);
    assert.deepEqual(
      checks.map(({ check }) => check),
      ['node', 'data', 'gateway', 'run'],
    );
    assert.match(
      checks[2]?.text ?? '',
      /^Enterprise Gateway 3\.3\.\d+ at http:\/\/127\.0\.0\.1:\d+\/; kernels: .*python3/,
    );
    assert.match(
      checks[3]?.text ?? '',
      /^\/mnt\/data is translated.*; files through the kernel's connection \(it was asked for\); [\d.]+ s/,
    );
    const files = await cli('files', 'list', '--json', '--chat', 'doctor', '--message', 'doctor');
    assert.deepEqual((jsonOf(files) as { readonly files?: unknown[] }).files ?? jsonOf(files), []);
  });

  it('says it in words for people', async () => {
    const end = await cli('doctor');
    assert.equal(end.status, 0, end.stderr + end.stdout);
    assert.match(end.stdout, /^ok {5}A run: \/mnt\/data is mounted; files by a shared folder/m);
  });

  it('names a gateway that is not there, and ends with its exit status', async () => {
    const end = await cli('doctor', '--json', '--gateway', 'http://127.0.0.1:9/');
    assert.equal(end.status, 3);
    const { good, checks } = jsonOf(end) as Report;
    assert.equal(good, false);
    assert.deepEqual([checks.at(-1)?.check, checks.at(-1)?.error], ['gateway', 'gateway.unreachable']);
  });
});
