// A kernel that ends while it starts: told within seconds, with its own words.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isCoded } from '../../src/core/errors.ts';
import type { Interpreter } from '../../src/core/interpreter.ts';
import { startTestGateway, type TestGateway } from '../support/embeddedGateway.ts';
import { newMessage, openTestInterpreter, run } from '../support/interpreter.ts';
import { temporaryFolder } from '../support/places.ts';

const kernels: Readonly<Record<string, readonly string[]>> = {
  broken: ['/bin/sh', '-c', 'echo "it talks" >&2; echo "No module named nonsense" >&2; exit 3', 'sh'],
  missing: ['/nonexistent/program'],
};

describe('a kernel that ends while it starts', () => {
  let gateway: TestGateway;
  let interpreter: Interpreter;

  before('start a gateway that offers some', async () => {
    const folder = await temporaryFolder('broken');
    for (const [name, argv] of Object.entries(kernels)) {
      mkdirSync(join(folder, 'kernels', name), { recursive: true });
      const spec = { argv: [...argv, '{connection_file}'], display_name: name, language: 'bash' };
      writeFileSync(join(folder, 'kernels', name, 'kernel.json'), JSON.stringify(spec));
    }
    const earlier = process.env['JUPYTER_PATH'] ?? '';
    process.env['JUPYTER_PATH'] = folder;
    try {
      gateway = await startTestGateway();
    } finally {
      process.env['JUPYTER_PATH'] = earlier;
    }
    interpreter = await openTestInterpreter({ connection: gateway.connection, dataFolder: gateway.data.root });
  });

  after(async () => {
    await (interpreter as Interpreter | undefined)?.dispose();
    await (gateway as TestGateway | undefined)?.stop();
  });

  it('says why, whether it ends by itself or is not there', async () => {
    // At the same time: a gateway starts each of them anew a few times before it gives it up.
    const expected = [
      ['broken', /^it ended while it started: it talks No module named nonsense$/],
      ['missing', /^it ended while it started: .*\/nonexistent\/program/],
    ] as const;
    await Promise.all(
      expected.map(([kernelName, words]) =>
        assert.rejects(
          run('1', { on: interpreter, key: newMessage(interpreter), kernelName }),
          (error) => isCoded(error, 'kernel.launchFailed') && words.test(error.detail.reason),
        ),
      ),
    );
  }).timeout(40_000);
});
