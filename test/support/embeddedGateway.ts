// One real Enterprise Gateway for all tests of a mocha process, started when the first of them asks for it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDataFolder, type DataFolder } from '../../src/core/dataFolder.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import {
  startEmbeddedGateway,
  stopEmbeddedGateway,
  type EmbeddedGateway,
} from '../../src/core/gateway/embedded/gatewayProcess.ts';

export interface TestGateway {
  readonly connection: GatewayConnection;
  /** A data folder of its own in the system's temporary folder; its gateway is the one that runs. */
  readonly data: DataFolder;
  readonly gateway: EmbeddedGateway;
  /** Stops the gateway before the tests are over; the next test that asks starts another one. */
  readonly stop: () => Promise<void>;
}

/** Where the tests find and install environments: `CODE_INTERPRETER_CACHE_DIR`, else the repository's `.cache`. */
export const testCacheFolder = (): string =>
  resolve(process.env['CODE_INTERPRETER_CACHE_DIR'] ?? join(import.meta.dirname, '..', '..', '.cache'));

/** A data folder that is gone after the tests; stop its gateway first. */
export const temporaryDataFolder = async (): Promise<DataFolder> =>
  openDataFolder(join(await mkdtemp(join(tmpdir(), 'code-interpreter-data-')), 'data'));

let shared: Promise<TestGateway> | undefined;

const start = async (): Promise<TestGateway> => {
  const data = await temporaryDataFolder();
  const gateway = await startEmbeddedGateway(data, { consent: true, cacheFolder: testCacheFolder() });
  const stop = async (): Promise<void> => {
    shared = undefined;
    await stopEmbeddedGateway(data);
    await rm(resolve(data.root, '..'), { recursive: true, force: true });
  };
  return { connection: gateway.connection, data, gateway, stop };
};

/** The shared gateway; stopped when mocha ends. */
export const useEmbeddedGateway = (): Promise<TestGateway> => (shared ??= start());

after('stop the shared gateway', async function stopShared() {
  this.timeout(30_000);
  const running = await shared?.catch(() => undefined);
  await running?.stop();
});
