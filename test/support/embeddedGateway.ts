// One real Enterprise Gateway for all tests of a mocha process, started when the first of them asks for it.
import { join } from 'node:path';
import { after } from 'mocha';
import { openDataFolder, type DataFolder } from '../../src/core/dataFolder.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import {
  startEmbeddedGateway,
  stopEmbeddedGateway,
  type EmbeddedGateway,
} from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { cacheFolder, temporaryFolder } from './places.ts';

export interface TestGateway {
  readonly connection: GatewayConnection;
  /** A data folder of its own; its gateway is the one that runs. */
  readonly data: DataFolder;
  readonly gateway: EmbeddedGateway;
  /** Stops the gateway before the tests are over; the next test that asks gets another one. */
  readonly stop: () => Promise<void>;
}

/** A data folder of its own, gone when the process ends. Who starts a gateway in it stops it. */
export const temporaryDataFolder = async (): Promise<DataFolder> =>
  openDataFolder(join(await temporaryFolder('data'), 'data'));

let shared: Promise<TestGateway> | undefined;

const start = async (): Promise<TestGateway> => {
  const data = await temporaryDataFolder();
  const gateway = await startEmbeddedGateway(data, { consent: true, cacheFolder });
  const stop = async (): Promise<void> => {
    shared = undefined;
    await stopEmbeddedGateway(data);
  };
  return { connection: gateway.connection, data, gateway, stop };
};

/** The shared gateway; stopped when mocha ends. */
export const testGateway = (): Promise<TestGateway> => (shared ??= start());

after('stop the shared gateway', async function stopShared() {
  this.timeout(30_000);
  await (await shared)?.stop();
});
